import { sql } from 'kysely';
import { type Db, json } from './database.ts';

/** Owns saved_view: filters of a list under a name. */

export type SavedView = {
  readonly id: string;
  readonly list: string;
  readonly name: string;
  readonly filters: Readonly<Record<string, string>>;
  readonly owner: string;
  readonly ownerName: string;
  readonly shared: boolean;
  readonly createdAt: Date;
};

const columns = sql`id, list, name, filters, owner, owner_name as "ownerName", shared, created_at as "createdAt"`;

/** A person's own, and those that others share; by name. */
export async function viewsFor(db: Db, owner: string, list: string): Promise<SavedView[]> {
  const { rows } = await sql<SavedView>`
    select ${columns} from saved_view where list = ${list} and (owner = ${owner} or shared)
     order by lower(name), id limit 200`.execute(db);
  return rows;
}

export async function findView(db: Db, id: string): Promise<SavedView | null> {
  const { rows } = await sql<SavedView>`select ${columns} from saved_view where id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function countViews(db: Db, owner: string): Promise<number> {
  const { rows } = await sql<{
    views: number;
  }>`select count(*) as views from saved_view where owner = ${owner}`.execute(db);
  return rows[0]?.views ?? 0;
}

export async function insertView(db: Db, view: Omit<SavedView, 'createdAt'>): Promise<void> {
  await sql`
    insert into saved_view (id, list, name, filters, owner, owner_name, shared)
    values (${view.id}, ${view.list}, ${view.name}, ${json(view.filters)}::jsonb, ${view.owner}, ${view.ownerName}, ${view.shared})`.execute(
    db,
  );
}

export async function changeView(db: Db, view: Pick<SavedView, 'id' | 'name' | 'filters' | 'shared'>): Promise<void> {
  await sql`
    update saved_view set name = ${view.name}, filters = ${json(view.filters)}::jsonb, shared = ${view.shared}
     where id = ${view.id}`.execute(db);
}

export async function deleteView(db: Db, id: string): Promise<void> {
  await sql`delete from saved_view where id = ${id}`.execute(db);
}
