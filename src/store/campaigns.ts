import { dateOf } from "../core/days.js";
import type { Database } from "./database.js";

/** Campaigns that were planned: a row each. */
export const CAMPAIGNS = `CREATE TABLE IF NOT EXISTS campaigns (
    campaign_id INTEGER PRIMARY KEY,
    model_version VARCHAR NOT NULL,
    "Date" DATE NOT NULL,
    horizon INTEGER NOT NULL,
    settings VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL
  )`;

/** Who was chosen for a campaign, and to which of the two arms chance put them. */
export const CAMPAIGN_MEMBERS = `CREATE TABLE IF NOT EXISTS campaign_members (
    campaign_id INTEGER NOT NULL,
    "User" VARCHAR NOT NULL,
    arm VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    probability DOUBLE NOT NULL,
    customer_value DOUBLE NOT NULL,
    PRIMARY KEY (campaign_id, "User")
  )`;

/** A campaign as the store knows it. */
export interface StoredCampaign {
  id: number;
  modelVersion: string;
  /** Day of the snapshots by which it was chosen, `YYYY-MM-DD`. */
  day: string;
  /** Days from that day on in which a leaving counts. */
  horizon: number;
  /** What a contact costs and how many were expected to stay. */
  settings: {
    customerValue: number;
    contactCost: number;
    successRate: number;
    controlShare: number;
    coolingOff: number;
  };
}

/** The people of a campaign, as columns. */
export interface CampaignMembers {
  subscriber: string[];
  /** 1 is to be called, 0 is of the control group, which is not. */
  called: Uint8Array;
  probability: Float64Array;
  /** What each is worth when kept. */
  value: Float64Array;
}

/**
 * Keeps a campaign, so that its results can be joined later.
 *
 * @param members in the order of the list
 * @returns its number
 */
export async function keepCampaign(
  db: Database,
  campaign: Omit<StoredCampaign, "id">,
  { subscriber, called, probability, value }: CampaignMembers,
): Promise<number> {
  await db.createTemporary("chosen", {
    subscriber,
    called,
    place: subscriber.map((_, i) => i + 1),
    probability,
    value,
  });
  try {
    return await db.transaction(async () => {
      const { id } = await db.oneRow<{ id: number }>("SELECT coalesce(max(campaign_id), 0) + 1 AS id FROM campaigns");
      await db.run("INSERT INTO campaigns VALUES ($1, $2, CAST($3 AS DATE), $4, $5, now()::TIMESTAMP)", [
        id,
        campaign.modelVersion,
        campaign.day,
        campaign.horizon,
        JSON.stringify(campaign.settings),
      ]);
      await db.run(
        `INSERT INTO campaign_members SELECT ${id}, subscriber, CASE called WHEN 1 THEN 'call' ELSE 'control' END,
           CAST(place AS INTEGER), probability, value FROM chosen ORDER BY place`,
      );
      return id;
    });
  } finally {
    await db.run("DROP TABLE IF EXISTS temp.chosen");
  }
}

/** Forgets a campaign and its list. */
export async function forgetCampaign(db: Database, id: number): Promise<void> {
  await db.transaction(async () => {
    for (const table of ["campaign_members", "campaigns"]) {
      await db.run(`DELETE FROM ${table} WHERE campaign_id = ${Math.trunc(id)}`);
    }
  });
}

/** A campaign by its number, or the last one; undefined where there is none. */
export async function findCampaign(db: Database, id: number | null): Promise<StoredCampaign | undefined> {
  const found = await db.row<Record<"id" | "horizon", number> & Record<"model" | "day" | "settings", string>>(
    `SELECT campaign_id AS id, model_version AS model, CAST("Date" AS VARCHAR) AS day, horizon, settings FROM campaigns
     ${id === null ? "" : `WHERE campaign_id = ${Math.trunc(id)}`} ORDER BY campaign_id DESC LIMIT 1`,
  );
  return (
    found && {
      id: found.id,
      modelVersion: found.model,
      day: found.day,
      horizon: found.horizon,
      settings: JSON.parse(found.settings),
    }
  );
}

/** The people of a campaign, in the order of its list. */
export async function campaignMembers(db: Database, id: number): Promise<CampaignMembers> {
  const rows = await db.rows<{ user: string; called: number; probability: number; value: number }>(
    `SELECT "User" AS user, CAST(arm = 'call' AS INTEGER) AS called, probability, customer_value AS value
     FROM campaign_members WHERE campaign_id = $1 ORDER BY place`,
    [id],
  );
  return {
    subscriber: rows.map(({ user }) => user),
    called: Uint8Array.from(rows, ({ called }) => called),
    probability: Float64Array.from(rows, ({ probability }) => probability),
    value: Float64Array.from(rows, ({ value }) => value),
  };
}

/**
 * Who takes part in a campaign that is not over: called less than the cooling-off time before a day, or in a control group
 * whose horizon has not ended, which a call would spoil.
 *
 * @param day days since 1970-01-01
 * @param except a campaign that does not count
 */
export async function engagedSubscribers(
  db: Database,
  day: number,
  coolingOff: number,
  except: number | null = null,
): Promise<{ called: Set<string>; control: Set<string> }> {
  const rows = await db.rows<{ user: string; arm: string }>(
    `SELECT DISTINCT m."User" AS user, m.arm FROM campaign_members m JOIN campaigns c USING (campaign_id)
     WHERE c."Date" <= CAST($1 AS DATE)
       AND c."Date" + CASE m.arm WHEN 'call' THEN ${Math.trunc(coolingOff)} ELSE c.horizon END > CAST($1 AS DATE)
       AND campaign_id <> $2`,
    [dateOf(day), except ?? 0],
  );
  const of = (arm: string) => new Set(rows.filter((row) => row.arm === arm).map(({ user }) => user));
  return { called: of("call"), control: of("control") };
}
