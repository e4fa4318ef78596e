#pragma once
// The plainest ObjectStore, in memory: what decorators are tested on. Independent of any driver.

#include <map>
#include <mutex>

#include "core/storage/object_store.h"

namespace seabed::test {

class MemoryStore : public ObjectStore {
 public:
  MemoryStore() {
    can.append = can.conditional_put = can.tags = can.list_uploads = true;
    can.max_delete_batch = 2;
  }
  const Capabilities& capabilities() const override { return can; }
  std::string describe() const override { return "memory://"; }
  Result<ObjectStat> stat(const std::string& key, const IoContext& ctx) override;
  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext&) override;
  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext&) override;
  Result<std::string> begin_upload(const std::string& key, const IoContext&) override;
  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext&) override;
  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext&) override;
  Status abort_upload(const std::string& key, const std::string& id, const IoContext&) override;
  Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext&) override;
  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& id,
                                           const IoContext&) override;
  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max,
                        const IoContext&) override;
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext&) override;
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes,
                          const IoContext&) override;
  Result<Tags> get_tags(const std::string& key, const IoContext&) override;
  Status set_tags(const std::string& key, const Tags& tags, const IoContext&) override;

  Capabilities can;
  std::map<std::string, std::string> objects;
  std::map<std::string, Tags> tags;
  struct Upload {
    std::string key;
    std::map<uint32_t, std::string> parts;
  };
  std::map<std::string, Upload> uploads;
  size_t largest_remove = 0;

 private:
  std::mutex mutex_;
  int next_id_ = 0;
};

}  // namespace seabed::test
