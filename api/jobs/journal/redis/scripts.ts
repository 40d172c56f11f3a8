import { channelNames } from '../../../../shared/queue/channels.ts';
import { createScript, redisKeys } from '../../../../shared/queue/redis/connection.ts';
import { END_OF_RUN, WITHIN_TURN } from '../../../../shared/queue/redis/runs.ts';
import { FIRST_EVENT } from '../../../../shared/queue/shared-runs.ts';

/** The journal's steps that must be one, as Redis runs them. Times are epoch milliseconds. */

/** Among which the newest unfinished one is looked for. */
const MAX_CLIENT_TICKETS = 20;
const TICKET = redisKeys.ticket('');
const RUN = redisKeys.run('');

/**
 * KEYS run, open, waiting, callbacks. Answers `how, ticket key`. The wishes of ARGV are those of an Order.
 * A client's turn is one after its last, or after the turn that was served last: whoever has few waiting is served
 * before the many of another.
 */
export const claimRun = createScript(`
  local runId, base, ticketKey, ticket = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
  local isPatient, hasCallback, clientId, now, lifeSeconds = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
  local name, kind, isFresh, idempotency, fingerprint = ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[14]
  local maxWaiting, clientKey = tonumber(ARGV[15]), ARGV[16]

  local function addTicket(itsRun, origin, isOver)
    local key, run = '${TICKET}' .. ticketKey, '${RUN}' .. itsRun
    redis.call('HSET', key, 'data', ticket, 'runId', itsRun, 'origin', origin, 'isPatient', isPatient)
    redis.call('EXPIRE', key, lifeSeconds)
    for _, part in ipairs({':tickets', ':holders'}) do redis.call('SADD', run .. part, ticketKey) end
    redis.call('EXPIRE', run .. ':tickets', lifeSeconds)
    redis.call('EXPIRE', run .. ':holders', lifeSeconds)
    if hasCallback == '1' then
      if isOver then
        redis.call('ZADD', KEYS[4], now, ticketKey)
        redis.call('PUBLISH', '${channelNames.ended}', '')
      else
        redis.call('SADD', run .. ':callbacks', ticketKey)
        redis.call('EXPIRE', run .. ':callbacks', lifeSeconds)
      end
    end
    redis.call('LPUSH', clientKey, ticketKey)
    redis.call('LTRIM', clientKey, 0, ${MAX_CLIENT_TICKETS} - 1)
    redis.call('EXPIRE', clientKey, lifeSeconds)
    if idempotency ~= '' then
      redis.call('SET', idempotency, ticketKey .. ' ' .. fingerprint, 'EX', lifeSeconds)
    end
  end

  if idempotency ~= '' then
    local known = redis.call('GET', idempotency)
    if known then
      local key, print = string.match(known, '(%S+) (%S+)')
      if redis.call('EXISTS', '${TICKET}' .. key) == 1 then
        return {print == fingerprint and 'repeated' or 'conflict', key}
      end
    end
  end

  if name ~= '' and isFresh ~= '1' then
    local earlier = redis.call('GET', name)
    local found = earlier and redis.call('HMGET', '${RUN}' .. earlier, 'status', 'received', 'rememberUntil') or {}
    local status, way = found[1], nil
    if status == 'queued' or status == 'running' or status == 'storing' then way = 'joined'
    elseif status == 'done' and kind == 'picture' and tonumber(now) < tonumber(found[3] or 0) then way = 'remembered'
    elseif status == 'done' and kind == 'retry' and found[2] ~= '1' then way = 'joined' end
    if way then
      addTicket(earlier, way, status == 'done')
      return {way, ticketKey}
    end
  end

  local waiting = redis.call('ZCARD', KEYS[3])
  if waiting >= maxWaiting then return {'full', ''} end
  if waiting == 0 then redis.call('DEL', KEYS[3] .. ':turn', KEYS[3] .. ':turns', KEYS[3] .. ':order') end
  local served = tonumber(redis.call('GET', KEYS[3] .. ':turn') or 0)
  local last = tonumber(redis.call('HGET', KEYS[3] .. ':turns', clientId) or 0)
  local turn = math.max(served, last) + 1
  redis.call('HSET', KEYS[3] .. ':turns', clientId, turn)
  redis.call('ZADD', KEYS[3], turn + redis.call('INCR', KEYS[3] .. ':order') * ${WITHIN_TURN}, runId)
  redis.call('ZADD', KEYS[2], now, runId)
  redis.call('HSET', KEYS[1], 'base', base, 'status', 'queued', 'number', '1', 'live', '{}')
  redis.call('RPUSH', KEYS[1] .. ':events', '${FIRST_EVENT}')
  redis.call('EXPIRE', KEYS[1], lifeSeconds)
  redis.call('EXPIRE', KEYS[1] .. ':events', lifeSeconds)
  if name ~= '' then redis.call('SET', name, runId, 'EX', lifeSeconds) end
  addTicket(runId, 'made', false)
  return {'made', ticketKey}
`);

/** KEYS run, open, waiting, callbacks. 1 when the run is cancelled by it. */
export const releaseTicket = createScript(`
  ${END_OF_RUN}
  local runId, ticketKey, now, keepSeconds, finish = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
  local key = '${TICKET}' .. ticketKey
  if redis.call('EXISTS', key) == 0 or redis.call('HGET', key, 'isReleased') == '1' then return 0 end
  redis.call('HSET', key, 'isReleased', '1')
  redis.call('SREM', KEYS[1] .. ':holders', ticketKey)
  if redis.call('SREM', KEYS[1] .. ':callbacks', ticketKey) == 1 then
    redis.call('ZADD', KEYS[4], now, ticketKey)
    redis.call('PUBLISH', '${channelNames.ended}', '')
  end
  local status = redis.call('HGET', KEYS[1], 'status')
  local isOpen = status == 'queued' or status == 'running' or status == 'storing'
  if not isOpen or redis.call('SCARD', KEYS[1] .. ':holders') > 0 then return 0 end
  redis.call('HSET', KEYS[1], 'status', 'cancelled', 'end', finish)
  redis.call('HINCRBY', KEYS[1], 'number', 1)
  endRun(runId, '${TICKET}', now, keepSeconds, '')
  redis.call('PUBLISH', '${channelNames.run('')}' .. runId, '')
  return 1
`);

/** KEYS callbacks. Answers `ticket key, attempts before`, or `'', the time at which one is due`, or nothing. */
export const takeCallback = createScript(`
  local now, leaseUntil = ARGV[1], ARGV[2]
  local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  if #next == 0 then return {} end
  if tonumber(next[2]) > tonumber(now) then return {'', next[2]} end
  redis.call('ZADD', KEYS[1], leaseUntil, next[1])
  return {next[1], tostring(redis.call('HINCRBY', '${TICKET}' .. next[1], 'callbacks', 1) - 1)}
`);
