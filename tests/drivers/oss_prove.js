'use strict';
// What ali-oss expects of the service, operation by operation. Throws where the server is unlike it.
const assert = require('assert').strict;
const crypto = require('crypto');

const refused = async (promise, status, code) =>
  assert.rejects(promise, error => {
    assert.equal(error.status, status, `${error.code}: ${error.message}`);
    if (code) assert.equal(error.code, code);
    return true;
  });

const ODD = ['a b', 'plus+and&amp;', 'umläut/日本語/🎈', "quote'\"<>", 'per%20cent', '~tilde!*()', 'tab\there', 'q?x=1#y', '..dots..'];

async function objects(oss) {
  const body = crypto.randomBytes(200000);
  const put = await oss.put('p/one', body);
  assert.equal(put.res.headers.etag, `"${crypto.createHash('md5').update(body).digest('hex').toUpperCase()}"`);
  assert.ok(put.res.headers['x-oss-hash-crc64ecma'] && put.res.headers['x-oss-request-id']);
  assert.deepEqual((await oss.get('p/one')).content, body);
  const range = (r, more) => oss.get('p/one', { headers: { Range: r, ...more } });
  const standard = { 'x-oss-range-behavior': 'standard' };
  let part = await range('bytes=100-199');
  assert.equal(part.res.status, 206);
  assert.deepEqual(part.content, body.subarray(100, 200));
  assert.equal(part.res.headers['content-range'], 'bytes 100-199/200000');
  part = await range('bytes=199990-300000');
  assert.equal(part.res.status, 200, 'a range beyond the end answers the whole object');
  assert.equal(part.content.length, 200000);
  part = await range('bytes=199990-300000', standard);
  assert.equal(part.res.status, 206);
  assert.deepEqual(part.content, body.subarray(199990));
  await refused(range('bytes=200000-', standard), 416, 'InvalidRange');
  assert.deepEqual((await range('bytes=-5')).content, body.subarray(199995));
  const head = await oss.head('p/one');
  assert.equal(head.res.headers['content-length'], '200000');
  assert.equal(head.res.headers['x-oss-object-type'], 'Normal');
  await refused(oss.get('p/none'), 404, 'NoSuchKey');
  await refused(oss.head('p/none'), 404, 'NoSuchKey');
  await oss.put('p/empty', Buffer.alloc(0));
  assert.equal((await oss.get('p/empty')).content.length, 0);
  await refused(oss.put('p/one', body, { headers: { 'x-oss-forbid-overwrite': 'true' } }), 409, 'FileAlreadyExists');
  await refused(oss.put('p/bad', body, { headers: { 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' } }), 400, 'InvalidDigest');
  await oss.delete('p/one');
  await oss.delete('p/one');
  await refused(oss.head('p/one'), 404);
}

async function names(oss) {
  for (const name of ODD) await oss.put('odd/' + name, Buffer.from(name));
  for (const name of ODD) assert.equal((await oss.get('odd/' + name)).content.toString(), name);
  const wanted = ODD.filter(n => !n.includes('\t')).map(n => 'odd/' + n);
  const bytewise = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const list = await oss.list({ prefix: 'odd/', 'max-keys': 100, 'encoding-type': 'url' });
  const found = list.objects.map(o => decodeURIComponent(o.name));
  assert.deepEqual(found, ODD.map(n => 'odd/' + n).sort(bytewise));
  await oss.deleteMulti(wanted, { quiet: false }).then(r => assert.equal(r.deleted.length, wanted.length));
  assert.equal((await oss.listV2({ prefix: 'odd/' })).objects.length, ODD.length - wanted.length);
}

async function pages(oss) {
  const keys = Array.from({ length: 250 }, (_, i) => `page/${String(i).padStart(4, '0')}`);
  for (let i = 0; i < keys.length; i += 8) await Promise.all(keys.slice(i, i + 8).map(k => oss.put(k, Buffer.from(k))));
  let found = [], marker;
  do {
    const page = await oss.list({ prefix: 'page/', 'max-keys': 99, ...(marker && { marker }) });
    found = found.concat(page.objects.map(o => o.name));
    marker = page.nextMarker;
  } while (marker);
  assert.deepEqual(found, keys);
  found = [];
  for (let token; ;) {
    const page = await oss.listV2({ prefix: 'page/', 'max-keys': 100, ...(token && { 'continuation-token': token }) });
    found = found.concat(page.objects.map(o => o.name));
    if (!page.isTruncated) break;
    token = page.nextContinuationToken;
  }
  assert.deepEqual(found, keys);
  assert.equal((await oss.listV2({ prefix: 'page/', 'start-after': 'page/0248' })).objects.length, 1);
  assert.deepEqual((await oss.list({ prefix: 'pa', delimiter: '/' })).prefixes, ['page/']);
  await refused(oss.list({ 'max-keys': 1001 }), 400, 'InvalidArgument');
  const quiet = await oss.deleteMulti(keys, { quiet: true });
  assert.equal(quiet.res.data.length, 0, 'a quiet deletion answers an empty body');
  const many = Array.from({ length: 1001 }, (_, i) => `none/${i}`);
  await refused(oss.deleteMulti(many), 400, 'MalformedXML');
}

async function appending(oss) {
  const first = await oss.append('log', Buffer.from('abc'));
  assert.equal(first.nextAppendPosition, '3');
  const second = await oss.append('log', Buffer.from('defg'), { position: 3 });
  assert.equal(second.nextAppendPosition, '7');
  const get = await oss.get('log');
  assert.equal(get.content.toString(), 'abcdefg');
  assert.equal(get.res.headers['x-oss-object-type'], 'Appendable');
  assert.equal(get.res.headers['x-oss-next-append-position'], '7');
  assert.equal(second.res.headers['x-oss-hash-crc64ecma'], get.res.headers['x-oss-hash-crc64ecma']);
  await refused(oss.append('log', Buffer.from('x'), { position: 2 }), 409, 'PositionNotEqualToLength');
  await refused(oss.append('none', Buffer.from('x'), { position: 2 }), 409, 'PositionNotEqualToLength');
  await oss.put('plain', Buffer.from('abc'));
  await refused(oss.append('plain', Buffer.from('x'), { position: 3 }), 409, 'ObjectNotAppendable');
  // CRC-64/XZ of "123456789" is 995DC9BBDF1939FA.
  const check = await oss.put('check', Buffer.from('123456789'));
  assert.equal(check.res.headers['x-oss-hash-crc64ecma'], '11051210869376104954');
}

async function uploads(oss) {
  const bytes = crypto.randomBytes(350 << 10);
  const begun = await oss.initMultipartUpload('big');
  const parts = [];
  for (let i = 0; i < 4; i++) {
    const part = await oss._uploadPart('big', begun.uploadId, i + 1, {
      stream: require('stream').Readable.from([bytes.subarray(i * 102400, (i + 1) * 102400)]),
      size: Math.min(102400, bytes.length - i * 102400)
    });
    parts.push({ number: i + 1, etag: part.etag });
  }
  const listed = await oss.listParts('big', begun.uploadId, { 'max-parts': 3 });
  assert.equal(listed.parts.length, 3);
  assert.equal(listed.isTruncated, 'true');
  assert.equal((await oss.listUploads({ 'max-uploads': 10 })).uploads[0].name, 'big');
  await refused(oss.completeMultipartUpload('big', begun.uploadId, [{ number: 1, etag: '"0"' }]), 400, 'InvalidPart');
  await refused(oss.head('big'), 404);
  await oss.completeMultipartUpload('big', begun.uploadId, parts);
  assert.deepEqual((await oss.get('big')).content, bytes);
  assert.match((await oss.head('big')).res.headers.etag, /^"[0-9A-F]{32}-4"$/);
  await refused(oss.abortMultipartUpload('big', begun.uploadId), 404, 'NoSuchUpload');
  const small = await oss.initMultipartUpload('small');
  const tiny = [];
  for (const number of [1, 2])
    tiny.push({ number, etag: (await oss._uploadPart('small', small.uploadId, number, {
      stream: require('stream').Readable.from([Buffer.from('few')]), size: 3 })).etag });
  await refused(oss.completeMultipartUpload('small', small.uploadId, tiny), 400, 'EntityTooSmall');
  await oss.abortMultipartUpload('small', small.uploadId);
  assert.equal((await oss.listUploads({ 'max-uploads': 10 })).uploads?.length || 0, 0);
}

async function tagging(oss) {
  await oss.put('tagged', Buffer.from('x'));
  await oss.putObjectTagging('tagged', { a: '1', 'b c': 'two words' });
  assert.deepEqual((await oss.getObjectTagging('tagged')).tag, { a: '1', 'b c': 'two words' });
  await oss.deleteObjectTagging('tagged');
  assert.deepEqual((await oss.getObjectTagging('tagged')).tag, {});
  await refused(oss.getObjectTagging('nothing'), 404, 'NoSuchKey');
}

module.exports = async oss => {
  for (const part of [objects, names, pages, appending, uploads, tagging]) {
    try {
      await part(oss);
    } catch (error) {
      error.message = `${part.name}: ${error.message}`;
      throw error;
    }
  }
  return { proved: true };
};
