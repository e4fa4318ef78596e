#include "backup_faults.h"

namespace seabed::testing_backup {
namespace {

class FaultyStore : public ObjectStore {
 public:
  FaultyStore(std::shared_ptr<ObjectStore> inner, BeforeWrite before, uint64_t min_part_bytes)
      : inner_(std::move(inner)), before_(std::move(before)), can_(inner_->capabilities()) {
    if (min_part_bytes != 0) can_.min_part_bytes = min_part_bytes;
  }
  const Capabilities& capabilities() const override { return can_; }
  std::string describe() const override { return inner_->describe(); }
  Result<ObjectStat> stat(const std::string& key, const IoContext& io) override { return inner_->stat(key, io); }
  Result<size_t> read_at(const std::string& key, uint64_t at, std::span<char> room, const IoContext& io) override {
    return inner_->read_at(key, at, room, io);
  }
  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& io) override {
    SEABED_CHECK(before_("put", key));
    return inner_->put(key, bytes, mode, io);
  }
  Result<std::string> begin_upload(const std::string& key, const IoContext& io) override {
    SEABED_CHECK(before_("begin", key));
    return inner_->begin_upload(key, io);
  }
  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext& io) override {
    SEABED_CHECK(before_("part", key));
    return inner_->upload_part(key, id, number, bytes, io);
  }
  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext& io) override {
    SEABED_CHECK(before_("complete", key));
    return inner_->complete_upload(key, id, parts, io);
  }
  Status abort_upload(const std::string& key, const std::string& id, const IoContext& io) override {
    return inner_->abort_upload(key, id, io);
  }
  Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext& io) override {
    return inner_->list_uploads(prefix, io);
  }
  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& id, const IoContext& io) override {
    return inner_->list_parts(key, id, io);
  }
  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max, const IoContext& io) override {
    return inner_->list(prefix, token, max, io);
  }
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& io) override {
    return inner_->remove(keys, io);
  }
  Result<uint64_t> append(const std::string& key, uint64_t at, Buffers bytes, const IoContext& io) override {
    return inner_->append(key, at, bytes, io);
  }
  Result<Tags> get_tags(const std::string& key, const IoContext& io) override { return inner_->get_tags(key, io); }
  Status set_tags(const std::string& key, const Tags& tags, const IoContext& io) override {
    return inner_->set_tags(key, tags, io);
  }

 private:
  const std::shared_ptr<ObjectStore> inner_;
  const BeforeWrite before_;
  Capabilities can_;
};

}  // namespace

Result<std::shared_ptr<ObjectStore>> FaultyStorage::open(const Uri& uri) {
  SEABED_TRY(auto store, inner_.open(uri));
  return std::make_shared<FaultyStore>(std::move(store), before_, min_part_bytes_);
}

}  // namespace seabed::testing_backup
