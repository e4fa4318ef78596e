#include "core/media/log_object.h"

namespace seabed {
namespace {

class PlainObject final : public LogObject {
 public:
  PlainObject(Medium medium, std::string key, uint64_t size)
      : medium_(std::move(medium)), key_(std::move(key)), size_(size) {}
  uint64_t size() const override { return size_; }
  Result<size_t> read_at(uint64_t offset, std::span<char> buffer) override {
    return medium_.store->read_at(key_, offset, buffer, medium_.io());
  }

 private:
  const Medium medium_;
  const std::string key_;
  const uint64_t size_;
};

}  // namespace

Result<std::unique_ptr<LogObject>> open_log_object(const Medium& medium, const std::string& key) {
  SEABED_TRY(ObjectStat stat, medium.store->stat(key, medium.io()));
  return std::unique_ptr<LogObject>(std::make_unique<PlainObject>(medium, key, stat.size));
}

}  // namespace seabed
