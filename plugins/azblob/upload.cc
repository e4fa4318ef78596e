#include <cstdio>

#include "azblob_store.h"
#include "blocks.h"

namespace seabed_azblob {

namespace {
/// Staging the same block again is harmless, so a lost answer is merely transient.
int32_t put_block(Service& service, const char* key, const std::string& upload, uint32_t number,
                  const Call& from, const Context& context, Error& error) {
  Call call = from;
  call.method = "PUT";
  call.key = key;
  call.query = {{"comp", "block"}, {"blockid", block_name(upload, number)}};
  seabed_http::Response response;
  return service.perform(call, "a part cannot be written", context, &response, error);
}

int32_t put_mark(Service& service, const char* key, const std::string& upload, uint32_t number,
                 const Context& context, Error& error) {
  const seabed_buffer one{"-", 1};
  return put_block(service, key, upload, number, Call{.body = Buffers(&one, 1)}, context, error);
}

int32_t check_parts(std::span<const seabed_part* const> parts, const Blocks& there, Error& error) {
  if (parts.empty()) return error.fail(SEABED_INVALID_ARGUMENT, "an upload needs at least one part");
  uint32_t last = 0;
  for (const seabed_part* part : parts) {
    const auto found = there.find(part->number);
    const uint64_t size = found == there.end() ? 0 : found->second;
    if (part->number <= last || size != part->size)
      return error.fail(SEABED_INVALID_ARGUMENT, "part %u is missing, out of order or of another size",
                        part->number);
    last = part->number;
  }
  return SEABED_OK;
}

std::string block_list(std::span<const seabed_part* const> parts, const std::string& upload) {
  std::string out = "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>";
  for (const seabed_part* part : parts)
    if (part->size > 0) out += "<Uncommitted>" + block_name(upload, part->number) + "</Uncommitted>";
  return out + "</BlockList>";
}
}  // namespace

int32_t AzblobStore::upload_begin(const char* key, const PutOptions&, const Context& context, Text* id,
                                  Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  const std::string made = new_upload_id();
  if (const int32_t code = put_mark(service_, key, made, kBegun, context, error)) return code;
  return id->assign(made.data(), made.size()) ? int32_t{SEABED_OK}
                                              : error.fail(SEABED_INTERNAL, "the host's room is too small");
}

int32_t AzblobStore::upload_part(const char* key, const char* id, uint32_t number, Buffers bytes,
                                 const Context& context, seabed_part* out, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  if (!is_upload_id(id)) return error.fail(SEABED_NOT_FOUND, "there is no such upload of it");
  if (number == 0 || number > kMaxParts)
    return error.fail(SEABED_INVALID_ARGUMENT, "part numbers go from 1 to %u", kMaxParts);
  out->size = seabed_http::total_size(bytes);
  std::snprintf(out->tag, sizeof out->tag, "%llu", static_cast<unsigned long long>(out->size));
  if (out->size == 0) return SEABED_OK;  // the service takes no empty block: complete leaves the part out
  Call call{.body = bytes};
  checksum(bytes, &call);
  return put_block(service_, key, id, number, call, context, error);
}

int32_t AzblobStore::upload_complete(const char* key, const char* id,
                                     std::span<const seabed_part* const> parts, const PutOptions& options,
                                     const Context& context, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  Blocks there;
  const int32_t looked = staged_blocks(service_, key, id, context, &there, error);
  if (looked == SEABED_NOT_FOUND && options.if_absent) {
    // What made the object dropped this upload's blocks, too: then the condition is what failed.
    ObjectStat object;
    seabed_error unused{};
    unused.struct_size = sizeof unused;
    Error quiet(&unused);
    if (stat(key, context, &object, quiet) == SEABED_OK)
      return error.fail(SEABED_ALREADY_EXISTS, "the object is there already");
  }
  if (looked != SEABED_OK) return looked;
  if (const int32_t code = check_parts(parts, there, error)) return code;
  const std::string body = block_list(parts, id);
  const seabed_buffer piece{body.data(), body.size()};
  Call call{.method = "PUT", .key = key, .query = {{"comp", "blocklist"}}, .body = Buffers(&piece, 1)};
  call.headers = {{"Content-Type", "application/xml"}};
  if (options.if_absent) call.headers.push_back({"If-None-Match", "*"});
  call.changes_something = true;
  seabed_http::Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status / 100 == 2) return SEABED_OK;
  if (options.if_absent && (response.status == 412 || response.status == 409))
    return seabed_http::fail_as(SEABED_ALREADY_EXISTS, SEABED_RETRY_PERMANENT,
                                seabed_http::failure_of(response, true), "the object is there already",
                                error);
  return service_.fail(call, response, "the parts cannot be joined", error);
}

int32_t AzblobStore::upload_abort(const char* key, const char* id, const Context& context, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  Blocks there;
  if (const int32_t code = staged_blocks(service_, key, id, context, &there, error)) return code;
  return put_mark(service_, key, id, kAborted, context, error);
}

}  // namespace seabed_azblob
