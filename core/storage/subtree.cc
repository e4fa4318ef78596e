#include "core/storage/subtree.h"

#include <utility>

namespace seabed {
namespace {

class SubtreeStore : public ObjectStore {
 public:
  SubtreeStore(std::shared_ptr<ObjectStore> inner, std::string prefix)
      : inner_(std::move(inner)), prefix_(std::move(prefix)) {}

  const Capabilities& capabilities() const override { return inner_->capabilities(); }
  std::string describe() const override {
    return inner_->describe() + "/" + prefix_.substr(0, prefix_.size() - 1);
  }
  const StoreMetrics* metrics() const override { return inner_->metrics(); }

  Result<ObjectStat> stat(const std::string& key, const IoContext& ctx) override {
    return inner_->stat(prefix_ + key, ctx);
  }
  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext& ctx) override {
    return inner_->read_at(prefix_ + key, offset, buffer, ctx);
  }
  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override {
    return inner_->put(prefix_ + key, bytes, mode, ctx);
  }
  Result<std::string> begin_upload(const std::string& key, const IoContext& ctx) override {
    return inner_->begin_upload(prefix_ + key, ctx);
  }
  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext& ctx) override {
    return inner_->upload_part(prefix_ + key, id, number, bytes, ctx);
  }
  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext& ctx) override {
    return inner_->complete_upload(prefix_ + key, id, parts, ctx);
  }
  Status abort_upload(const std::string& key, const std::string& id, const IoContext& ctx) override {
    return inner_->abort_upload(prefix_ + key, id, ctx);
  }
  Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext& ctx) override {
    SEABED_TRY(auto uploads, inner_->list_uploads(prefix_ + prefix, ctx));
    for (UploadInfo& upload : uploads) upload.key.erase(0, prefix_.size());
    return uploads;
  }
  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& id,
                                           const IoContext& ctx) override {
    return inner_->list_parts(prefix_ + key, id, ctx);
  }
  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max_keys,
                        const IoContext& ctx) override {
    SEABED_TRY(ListPage page, inner_->list(prefix_ + prefix, token, max_keys, ctx));
    for (ListEntry& entry : page.entries) entry.key.erase(0, prefix_.size());
    return page;
  }
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    std::vector<std::string> whole;
    for (const std::string& key : keys) whole.push_back(prefix_ + key);
    return inner_->remove(whole, ctx);
  }
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes,
                          const IoContext& ctx) override {
    return inner_->append(prefix_ + key, position, bytes, ctx);
  }
  Result<Tags> get_tags(const std::string& key, const IoContext& ctx) override {
    return inner_->get_tags(prefix_ + key, ctx);
  }
  Status set_tags(const std::string& key, const Tags& tags, const IoContext& ctx) override {
    return inner_->set_tags(prefix_ + key, tags, ctx);
  }

 private:
  const std::shared_ptr<ObjectStore> inner_;
  const std::string prefix_;
};

}  // namespace

std::shared_ptr<ObjectStore> subtree(std::shared_ptr<ObjectStore> inner, std::string prefix) {
  return std::make_shared<SubtreeStore>(std::move(inner), std::move(prefix));
}

}  // namespace seabed
