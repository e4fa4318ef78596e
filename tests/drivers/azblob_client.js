// The official client @azure/storage-blob on a blob service. Bytes are made from a seed by both sides.
//   azblob_client.js create ENDPOINT ACCOUNT KEY CONTAINER
//   azblob_client.js put|append ENDPOINT ACCOUNT KEY CONTAINER BLOB FILE
//   azblob_client.js get ENDPOINT ACCOUNT KEY CONTAINER BLOB FILE       prints {"type":…,"size":…}
//   azblob_client.js list ENDPOINT ACCOUNT KEY CONTAINER                prints [{"name":…,"size":…,"type":…}]
//   azblob_client.js tags ENDPOINT ACCOUNT KEY CONTAINER BLOB           prints the tags
//   azblob_client.js sas ENDPOINT ACCOUNT KEY CONTAINER [RIGHTS [SECONDS]]   prints a container's SAS for an hour
const fs = require("fs");
const blob = require("@azure/storage-blob");

async function main([verb, endpoint, account, key, container, name, file]) {
  const credential = new blob.StorageSharedKeyCredential(account, key);
  const service = new blob.BlobServiceClient(endpoint, credential);
  const client = service.getContainerClient(container);
  const print = (value) => console.log(JSON.stringify(value));
  if (verb === "create") return client.createIfNotExists();
  if (verb === "put") return client.getBlockBlobClient(name).uploadFile(file);
  if (verb === "append") {
    const log = client.getAppendBlobClient(name);
    await log.createIfNotExists();
    const bytes = fs.readFileSync(file);
    return log.appendBlock(bytes, bytes.length);
  }
  if (verb === "get") {
    const one = client.getBlobClient(name);
    const facts = await one.getProperties();
    await one.downloadToFile(file);
    return print({ type: facts.blobType, size: facts.contentLength });
  }
  if (verb === "list") {
    const out = [];
    for await (const item of client.listBlobsFlat())
      out.push({ name: item.name, size: item.properties.contentLength, type: item.properties.blobType });
    return print(out);
  }
  if (verb === "tags") return print((await client.getBlobClient(name).getTags()).tags);
  if (verb === "sas") {
    const permissions = blob.ContainerSASPermissions.parse(name || "racwdlt");
    const expiresOn = new Date(Date.now() + Number(file || 3600) * 1e3);
    const startsOn = new Date(Date.now() - 600e3);
    return console.log(
      blob.generateBlobSASQueryParameters({ containerName: container, permissions, startsOn, expiresOn }, credential).toString());
  }
  throw new Error(`no verb ${verb}`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
