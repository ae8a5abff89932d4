// What applications write with the module of kv-storage: what must compile, and, each under its `@ts-expect-error`, what
// must not.
import {
  BatchGetCommandInput,
  BatchWriteCommandInput,
  DeleteCommandInput,
  GetCommandInput,
  PutCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  TransactGetCommandInput,
  TransactWriteCommandInput,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as kv from './kv-storage.js';
import * as keys from './keys.js';
import * as shop from './shop.js';
import * as transactions from './transactions.js';

const user: kv.User = {
  createdAt: '2024-01-01T00:00:00Z',
  updatedAt: '2024-01-01T00:00:00Z',
  userId: 'user123',
  email: 'test@example.com',
  apiKey: 'abc123',
  plan: 'free',
};
const key: kv.Key = {
  createdAt: '2024-01-01T00:00:00Z',
  updatedAt: '2024-01-01T00:00:00Z',
  namespace: 'myapp',
  key: 'user:123',
  value: { name: 'John' },
};

// Requests are what the SDK takes.
export const get: GetCommandInput = kv.getUserById({ userId: 'user123' });
export const query: QueryCommandInput = kv.listKeysByPrefix({ namespace: 'myapp', prefix: 'user:' });
export const put: PutCommandInput = kv.manageKeyPutItem(key);
export const update: UpdateCommandInput = kv.manageKeyUpdateItem({
  namespace: 'myapp',
  key: 'user:123',
  updatedAt: '2024-01-02T00:00:00Z',
  value: [1, null],
});
export const drop: DeleteCommandInput = kv.manageKeyDeleteItem({ namespace: 'myapp', key: 'user:123' });
export const scan: ScanCommandInput = keys.everything({ tableName: 'keys', indexNames: { ByDate: 'd', ByFlag: 'f' } });
export const batch: BatchGetCommandInput = shop.getProducts([shop.productKey({ productId: 'p-4' })]);
export const write: BatchWriteCommandInput = transactions.batchWrite(
  { deletes: [transactions.emailKey({ email: 'ada@example.com' })] },
  { tableName: 'transactions' },
);
export const both: TransactGetCommandInput = shop.readBasket({ customerId: 'c-1', orderId: 'o-9' });
export const account: transactions.Account = { account: 'a1', plan: 'free', balance: 10 };
export const registered: TransactWriteCommandInput = transactions.register(
  account,
  { email: 'ada@example.com', account: 'a1' },
  { inviter: 'a2', account: 'a1' },
  { tableName: 'transactions' },
);

// Names are those of another deployment where the caller says so.
kv.getUserById({ userId: 'user123' }, { tableName: 'other', indexNames: { GSI1: 'GSI1' } });

// The type attribute tells items apart where it is unique, and guards do in any case.
export function told(item: kv.KvStorageItem): string {
  if (item.entityType === 'USER') return item.email;
  if (item.entityType === 'KEY') return typeof item.value;
  if (kv.isNamespace(item)) return item.namespace;
  const rest: kv.UserNamespaceEntity = item;
  return rest.userId;
}
export function read(item: Record<string, any> | undefined): string {
  if (kv.isUser(item)) return item.plan;
  // @ts-expect-error: nothing is known about other items
  return item.plan;
}

// Keys.
export const good: kv.UserKey = { PK: 'USER#user123', SK: 'METADATA' };
// @ts-expect-error: another prefix
export const prefix: kv.UserKey = { PK: 'NS#user123', SK: 'METADATA' };
// @ts-expect-error: another sort key
export const sort: kv.UserKey = { PK: 'USER#user123', SK: 'PROFILE' };
// @ts-expect-error: a namespace is no user
export const other: kv.NamespaceKey = kv.userKey({ userId: 'user123' });
// @ts-expect-error: the key of the index is no key of the table
export const index: kv.UserKey = kv.userGSI1Key({ apiKey: 'abc123' });
// @ts-expect-error: a missing part
kv.keyKey({ namespace: 'myapp' });
// @ts-expect-error: a number is no text
kv.userKey({ userId: 1 });
// @ts-expect-error: an unknown part
kv.userKey({ user: 'user123' });
// @ts-expect-error: capitals, where the key has small letters
export const lower: shop.EmailClaimKey = { PK: 'EMAIL#Ada@example.com', SK: 'CLAIM' };

// Items.
export const stored: kv.UserEntity = kv.userItem(user);
// @ts-expect-error: an item of another entity
export const wrong: kv.NamespaceEntity = kv.userItem(user);
// @ts-expect-error: an item of another entity
kv.userItem(key);
// @ts-expect-error: no such plan
export const plan: kv.User = { ...user, plan: 'gold' };
// @ts-expect-error: no plan
export const missing: kv.User = { ...user, plan: undefined };
// @ts-expect-error: what is optional may be left out, but is never undefined
export const undefinedHash: kv.User = { ...user, passwordHash: undefined };
// @ts-expect-error: a text is no number
export const count: kv.User = { ...user, requestCount: '1' };
// @ts-expect-error: an attribute that the design does not know
export const unknown: kv.User = { ...user, nickname: 'ada' };
// @ts-expect-error: the type is another
export const type: kv.UserEntity = { ...stored, entityType: 'KEY' };

// Requests.
// @ts-expect-error: an item of another entity
kv.manageKeyPutItem(user);
// @ts-expect-error: the index needs a name
kv.getUserById({ userId: 'user123' }, { tableName: 'other' });
// @ts-expect-error: a missing parameter
kv.listKeysByPrefix({ namespace: 'myapp' });
// @ts-expect-error: keys of products only
shop.getProducts([shop.stockKey({ productId: 'p-4' })]);
// @ts-expect-error: the table has no name that the design fixes
transactions.batchRead([]);

// What comes back.
export const report: kv.ReportUserResult = { userId: 'user123', plan: 'pro' };
// @ts-expect-error: the projection leaves the email out
export const email = report.email;
const parsed = kv.parseKeyKey({ PK: 'NS#myapp', SK: 'KEY#user:123' });
export const namespace: string | undefined = parsed?.namespace;
// @ts-expect-error: it may be the key of something else
export const certain: string = parsed.namespace;
