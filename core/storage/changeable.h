#pragma once
// A store whose way to the medium may be changed while it is in use: new credentials or limits of the same
// destination (ALTER EXTERNAL_STORAGE_DEST).

#include <memory>
#include <mutex>
#include <vector>

#include "core/storage/object_store.h"

namespace seabed {

/// Thread-safe. A call that is on its way ends as it began; the next one goes the new way. An upload that was
/// begun goes on: its id is the medium's.
class ChangeableStore final : public ObjectStore {
 public:
  explicit ChangeableStore(std::shared_ptr<ObjectStore> inner) : inner_(std::move(inner)) {}
  void change(std::shared_ptr<ObjectStore> inner);
  std::shared_ptr<ObjectStore> inner() const;

  const Capabilities& capabilities() const override { return inner()->capabilities(); }
  std::string describe() const override { return inner()->describe(); }
  const StoreMetrics* metrics() const override { return inner()->metrics(); }
  Result<ObjectStat> stat(const std::string& key, const IoContext& ctx) override {
    return inner()->stat(key, ctx);
  }
  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext& ctx) override {
    return inner()->read_at(key, offset, buffer, ctx);
  }
  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override {
    return inner()->put(key, bytes, mode, ctx);
  }
  Result<std::string> begin_upload(const std::string& key, const IoContext& ctx) override {
    return inner()->begin_upload(key, ctx);
  }
  Result<PartInfo> upload_part(const std::string& key, const std::string& upload_id, uint32_t number,
                               Buffers bytes, const IoContext& ctx) override {
    return inner()->upload_part(key, upload_id, number, bytes, ctx);
  }
  Status complete_upload(const std::string& key, const std::string& upload_id,
                         std::span<const PartInfo> parts, const IoContext& ctx) override {
    return inner()->complete_upload(key, upload_id, parts, ctx);
  }
  Status abort_upload(const std::string& key, const std::string& upload_id, const IoContext& ctx) override {
    return inner()->abort_upload(key, upload_id, ctx);
  }
  Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext& ctx) override {
    return inner()->list_uploads(prefix, ctx);
  }
  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& upload_id,
                                           const IoContext& ctx) override {
    return inner()->list_parts(key, upload_id, ctx);
  }
  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max_keys,
                        const IoContext& ctx) override {
    return inner()->list(prefix, token, max_keys, ctx);
  }
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    return inner()->remove(keys, ctx);
  }
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes,
                          const IoContext& ctx) override {
    return inner()->append(key, position, bytes, ctx);
  }
  Result<Tags> get_tags(const std::string& key, const IoContext& ctx) override {
    return inner()->get_tags(key, ctx);
  }
  Status set_tags(const std::string& key, const Tags& tags, const IoContext& ctx) override {
    return inner()->set_tags(key, tags, ctx);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<ObjectStore> inner_;
  std::vector<std::shared_ptr<ObjectStore>>
      earlier_;  // their capabilities and figures may still be looked at
};

}  // namespace seabed
