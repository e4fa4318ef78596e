'use strict';
// npm's ali-oss for the tests. Settings come as JSON in the first argument:
//   {modules, endpoint, access_id, access_key, region, bucket, signature: "v1"|"v4", path_style, token}
// and then a command:  put KEY FILE | append KEY POSITION FILE | get KEY FILE | head KEY | list PREFIX | tags KEY |
//   multipart KEY FILE PART_BYTES | delete KEY | begin KEY | uploads | fetch PREFIX DIRECTORY | store PREFIX DIRECTORY | prove       Answers are JSON on stdout.
const dns = require('dns');
const fs = require('fs');
const http = require('http');
const path = require('path');

// Node asks getaddrinfo, which does not know *.localhost.
const lookup = (name, options, done) =>
  name.endsWith('.localhost')
    ? options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
    : dns.lookup(name, options, done);

function client(settings) {
  const OSS = require(settings.modules + '/ali-oss');
  const options = {
    accessKeyId: settings.access_id,
    accessKeySecret: settings.access_key,
    endpoint: settings.endpoint,
    region: 'oss-' + settings.region,
    bucket: settings.bucket,
    sldEnable: !!settings.path_style,
    authorizationV4: settings.signature === 'v4',
    agent: new http.Agent({ lookup, keepAlive: true, maxSockets: 8 }),
    timeout: 120000
  };
  if (settings.token) {
    options.stsToken = settings.token;
    options.refreshSTSToken = async () => ({});
    options.refreshSTSTokenInterval = 1e9;
  }
  return new OSS(options);
}

const facts = res => ({ etag: res.headers.etag, crc: res.headers['x-oss-hash-crc64ecma'], type: res.headers['x-oss-object-type'],
  length: Number(res.headers['content-length']) });

const commands = {
  put: async (oss, key, file) => facts((await oss.put(key, file)).res),
  append: async (oss, key, position, file) => Number((await oss.append(key, file, { position })).nextAppendPosition),
  get: async (oss, key, file) => facts((await oss.get(key, file)).res),
  head: async (oss, key) => facts((await oss.head(key)).res),
  tags: async (oss, key) => (await oss.getObjectTagging(key)).tag,
  tag: async (oss, key, json) => (await oss.putObjectTagging(key, JSON.parse(json))).status,
  delete: async (oss, key) => (await oss.delete(key)).res.status,
  multipart: async (oss, key, file, bytes) =>
    facts((await oss.multipartUpload(key, file, { partSize: Number(bytes), parallel: 4 })).res),
  begin: async (oss, key) => (await oss.initMultipartUpload(key)).uploadId,
  uploads: async oss => (await oss.listUploads({ 'max-uploads': 1000 })).uploads.map(u => u.name),
  list: async (oss, prefix) => {
    const found = [];
    for (let token; ;) {
      // An empty or undefined parameter is signed in V4 mode otherwise than it is sent.
      const page = await oss.listV2({ 'max-keys': 100, ...(prefix && { prefix }), ...(token && { 'continuation-token': token }) });
      for (const object of page.objects) found.push([object.name, object.size]);
      if (!page.isTruncated) return found;
      token = page.nextContinuationToken;
    }
  },
  // Every object below a prefix into a directory, and every file of a directory as an object.
  fetch: async (oss, prefix, directory) => {
    const found = await commands.list(oss, prefix);
    for (const [name] of found) {
      fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
      await oss.get(name, path.join(directory, name));
    }
    return found.length;
  },
  store: async (oss, prefix, directory) => {
    const files = fs.readdirSync(directory, { recursive: true }).filter(f => fs.statSync(path.join(directory, f)).isFile());
    for (const file of files) await oss.put(prefix + file, path.join(directory, file));
    return files.length;
  },
  prove: oss => require('./oss_prove.js')(oss)
};

async function main() {
  const [settings, command, ...rest] = process.argv.slice(2);
  const oss = client(JSON.parse(settings));
  try {
    console.log(JSON.stringify(await commands[command](oss, ...rest)));
  } catch (error) {
    console.log(JSON.stringify({ error: error.code || error.name, status: error.status, message: error.message }));
    if (!error.code || error.code === 'ERR_ASSERTION') console.error(error);
    process.exitCode = 1;
  }
  oss.options.agent && oss.options.agent.destroy();
  process.exit();
}

main();
