#include "core/storage/capability_check.h"

#include <algorithm>

#include "core/storage/store_call.h"

namespace seabed {

Status check_object_key(const std::string& key) {
  const auto bad = [&key](const char* why) {
    return fail(Code::kInvalidArgument, "key " + key.substr(0, 200), why);
  };
  if (key.empty()) return bad("is empty");
  if (key.find('\0') != std::string::npos) return bad("has a NUL byte");
  for (size_t begin = 0; begin <= key.size();) {
    const size_t end = std::min(key.find('/', begin), key.size());
    const std::string_view part = std::string_view(key).substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return bad("has an empty, '.' or '..' component");
    begin = end + 1;
  }
  return ok();
}

namespace {
class CheckedStore : public AroundStore<CheckedStore> {
 public:
  explicit CheckedStore(std::shared_ptr<ObjectStore> inner)
      : AroundStore(std::move(inner)), can_(inner_->capabilities()) {}

  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    SEABED_CHECK(check_key(call));
    SEABED_CHECK(check_operation(call));
    return next();
  }

  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override {
    if (mode == PutMode::kIfAbsent && !can_.conditional_put) return unsupported(key, "a conditional create");
    if (const uint64_t size = total_size(bytes); can_.max_put_bytes != 0 && size > can_.max_put_bytes)
      return beyond(key, "an object of " + std::to_string(size) + " bytes in one call", can_.max_put_bytes);
    return AroundStore::put(key, bytes, mode, ctx);
  }

  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext& ctx) override {
    const uint64_t size = total_size(bytes);
    if (number == 0) return fail(Code::kInvalidArgument, name(key), "part numbers begin at 1");
    if (can_.max_parts != 0 && number > can_.max_parts)
      return beyond(key, "part number " + std::to_string(number), can_.max_parts);
    if (can_.max_part_bytes != 0 && size > can_.max_part_bytes)
      return beyond(key, "a part of " + std::to_string(size) + " bytes", can_.max_part_bytes);
    return AroundStore::upload_part(key, id, number, bytes, ctx);
  }

  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext& ctx) override {
    if (parts.empty()) return fail(Code::kInvalidArgument, name(key), "an upload needs at least one part");
    for (const PartInfo& part : parts.first(parts.size() - 1))
      if (part.size < can_.min_part_bytes)
        return fail(Code::kInvalidArgument, name(key),
                    "part " + std::to_string(part.number) + " has " + std::to_string(part.size) +
                        " bytes; every part but the last needs " + std::to_string(can_.min_part_bytes));
    return AroundStore::complete_upload(key, id, parts, ctx);
  }

  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max,
                        const IoContext& ctx) override {
    if (max == 0) return fail(Code::kInvalidArgument, name(prefix), "a page of no keys was asked for");
    if (can_.max_list_page != 0) max = std::min(max, can_.max_list_page);
    return AroundStore::list(prefix, token, max, ctx);
  }

  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    for (const std::string& key : keys) SEABED_CHECK(check_key({StoreOp::kRemove, key, 0, ctx}));
    const size_t batch = std::max<size_t>(can_.max_delete_batch, 1);
    std::vector<Status> out;
    for (size_t i = 0; i < keys.size(); i += batch) {
      const auto some = keys.subspan(i, std::min(batch, keys.size() - i));
      auto results = inner_->remove(some, ctx);
      if (!results) results = std::vector<Status>(some.size(), fail(results.error()));
      std::move(results->begin(), results->end(), std::back_inserter(out));
    }
    return out;
  }

 private:
  Status check_key(const StoreCall& call) const {
    const bool prefix = call.op == StoreOp::kList || call.op == StoreOp::kListUploads;
    if (prefix && call.key.find('\0') != std::string::npos)
      return fail(Code::kInvalidArgument, name(call.key), "the prefix has a NUL byte");
    if (!prefix) SEABED_CHECK(check_object_key(call.key));
    if (can_.max_key_length != 0 && call.key.size() > can_.max_key_length)
      return beyond(call.key.substr(0, 200), "a key of " + std::to_string(call.key.size()) + " bytes",
                    can_.max_key_length);
    return ok();
  }

  Status check_operation(const StoreCall& call) const {
    switch (call.op) {
      case StoreOp::kAppend:
        if (!can_.append) return unsupported(call.key, "append");
        break;
      case StoreOp::kBeginUpload:
      case StoreOp::kUploadPart:
      case StoreOp::kCompleteUpload:
      case StoreOp::kAbortUpload:
        if (!can_.uploads) return unsupported(call.key, "uploads in parts");
        break;
      case StoreOp::kListUploads:
      case StoreOp::kListParts:
        if (!can_.list_uploads) return unsupported(call.key, "a list of interrupted uploads");
        break;
      case StoreOp::kGetTags:
      case StoreOp::kSetTags:
        if (!can_.tags) return unsupported(call.key, "tags");
        break;
      default: break;
    }
    return ok();
  }

  tl::unexpected<Error> unsupported(const std::string& key, const char* what) const {
    return fail(Code::kUnsupported, name(key), std::string("this medium has no ") + what,
                "see `seabed driver show`");
  }
  tl::unexpected<Error> beyond(const std::string& key, const std::string& what, uint64_t limit) const {
    return fail(Code::kInvalidArgument, name(key),
                what + " is beyond the medium's limit of " + std::to_string(limit));
  }

  const Capabilities can_;
};
}  // namespace

std::shared_ptr<ObjectStore> with_capability_check(std::shared_ptr<ObjectStore> inner) {
  return std::make_shared<CheckedStore>(std::move(inner));
}

}  // namespace seabed
