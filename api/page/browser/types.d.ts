import type { en, Words } from '../languages/en.ts';

export type Word = keyof typeof en;
export type { Words };

/** The parameters of one picture, as `POST /jobs` takes them. */
export interface Wishes {
  prompt: string;
  negative_prompt?: string;
  seed: number;
  guidance_scale: number;
  shape: string;
  width?: number;
  height?: number;
  steps?: number;
  engine?: string;
}

/** One picture of this browser: being made, made, or failed. Stored in IndexedDB. */
export interface Item {
  /** Also the idempotency key of its job, so that sending it again makes no second picture. */
  id: string;
  /** Epoch milliseconds. */
  at: number;
  wishes: Wishes;
  /** Address of the job, relative to the page's base: `jobs/…?sealed=…`. */
  job?: string;
  status: 'new' | 'accepted' | 'queued' | 'running' | 'storing' | 'done' | 'failed' | 'cancelled';
  stage?: string;
  progress?: number;
  place?: number;
  eta?: number;
  isOffline?: boolean;
  preview?: string;
  url?: string;
  engine?: string;
  width?: number;
  height?: number;
  seconds?: number;
  warnings?: string[];
  error?: { code: string; message: string };
  favourite?: boolean;
  thumb?: Blob;
}

/** The gateway's answer about a job. */
export interface JobAnswer {
  status: Item['status'];
  stage?: string;
  progress?: number;
  engine?: string;
  queue_position?: number;
  eta_seconds?: number;
  images?: { image_url?: string; width: number; height: number; seed: number }[];
  warnings?: string[];
  error?: string;
  code?: string;
  status_url: string;
  preview?: string;
  created_at?: string;
  finished_at?: string;
}

export interface Style {
  name: string;
  after: string;
  negative?: string;
}
