#include "core/storage/remember.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>

namespace seabed {
namespace {

constexpr char kOurToken[] = "\x01";  // a listing that began at the medium goes on there

class Remembering final : public RememberingStore {
 public:
  Remembering(std::shared_ptr<ObjectStore> inner, RememberOptions options)
      : inner_(std::move(inner)), options_(std::move(options)) {}

  const Capabilities& capabilities() const override { return inner_->capabilities(); }
  std::string describe() const override { return inner_->describe(); }
  const StoreMetrics* metrics() const override { return inner_->metrics(); }

  Result<ObjectStat> stat(const std::string& key, const IoContext& ctx) override {
    forget(key);
    return inner_->stat(key, ctx);
  }

  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext& ctx) override {
    if (options_.keep && !options_.keep(key)) return inner_->read_at(key, offset, buffer, ctx);
    {
      std::unique_lock lock(mutex_);
      arrived_.wait_until(lock, ctx.deadline, [&] { return flying_.count(key) == 0; });
      if (const auto it = objects_.find(key); it != objects_.end())
        if (const auto n = it->second.serve(offset, buffer)) return *n;
      if (offset != 0 || buffer.size() > options_.largest || flying_.count(key) != 0) {
        lock.unlock();
        return inner_->read_at(key, offset, buffer, ctx);
      }
      flying_[key] = true;
    }
    auto got = inner_->read_at(key, offset, buffer, ctx);
    std::lock_guard lock(mutex_);
    if (got && flying_[key]) keep(key, {std::string(buffer.data(), *got), *got < buffer.size()});
    flying_.erase(key);
    arrived_.notify_all();
    return got;
  }

  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max,
                        const IoContext& ctx) override {
    if (token.empty() || token.starts_with(kOurToken)) {
      std::lock_guard lock(mutex_);
      if (const auto* entries = listing(prefix)) return page_of(*entries, prefix, token, max);
    }
    return inner_->list(prefix, token, max, ctx);
  }
  void remember_listing(const std::string& prefix, std::vector<ListEntry> entries) override {
    std::lock_guard lock(mutex_);
    listings_[prefix] = std::move(entries);
  }

  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override {
    forget(key);
    return inner_->put(key, bytes, mode, ctx);
  }
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes, const IoContext& ctx) override {
    forget(key);
    return inner_->append(key, position, bytes, ctx);
  }
  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext& ctx) override {
    forget(key);
    return inner_->complete_upload(key, id, parts, ctx);
  }
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    for (const std::string& key : keys) forget(key);
    return inner_->remove(keys, ctx);
  }

  Result<std::string> begin_upload(const std::string& key, const IoContext& ctx) override {
    return inner_->begin_upload(key, ctx);
  }
  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext& ctx) override {
    return inner_->upload_part(key, id, number, bytes, ctx);
  }
  Status abort_upload(const std::string& key, const std::string& id, const IoContext& ctx) override {
    return inner_->abort_upload(key, id, ctx);
  }
  Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext& ctx) override {
    return inner_->list_uploads(prefix, ctx);
  }
  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& id,
                                           const IoContext& ctx) override {
    return inner_->list_parts(key, id, ctx);
  }
  Result<Tags> get_tags(const std::string& key, const IoContext& ctx) override { return inner_->get_tags(key, ctx); }
  Status set_tags(const std::string& key, const Tags& tags, const IoContext& ctx) override {
    return inner_->set_tags(key, tags, ctx);
  }

 private:
  /// The first bytes of an object.
  struct Known {
    std::string bytes;
    bool whole = false;
    std::optional<size_t> serve(uint64_t offset, std::span<char> buffer) const {
      const uint64_t from = std::min<uint64_t>(offset, bytes.size());
      const size_t n = std::min<uint64_t>(buffer.size(), bytes.size() - from);
      if (n < buffer.size() && !whole) return std::nullopt;
      if (n != 0) std::memcpy(buffer.data(), bytes.data() + from, n);
      return n;
    }
  };

  void keep(const std::string& key, Known known) {  // with mutex_
    auto& place = objects_[key];
    const uint64_t used = used_ - place.bytes.size() + known.bytes.size();
    if (used > options_.limit) return;
    used_ = used;
    place = std::move(known);
  }

  void forget(const std::string& key) {
    std::lock_guard lock(mutex_);
    if (const auto it = flying_.find(key); it != flying_.end()) it->second = false;
    if (const auto it = objects_.find(key); it != objects_.end()) {
      used_ -= it->second.bytes.size();
      objects_.erase(it);
    }
  }

  const std::vector<ListEntry>* listing(const std::string& prefix) const {  // with mutex_
    for (const auto& [known, entries] : listings_)
      if (prefix.starts_with(known)) return &entries;
    return nullptr;
  }

  static ListPage page_of(const std::vector<ListEntry>& entries, const std::string& prefix, const std::string& token,
                          uint32_t max) {
    ListPage page;
    const std::string after = token.empty() ? token : token.substr(sizeof kOurToken - 1);
    for (const ListEntry& entry : entries) {
      if (!entry.key.starts_with(prefix) || (!after.empty() && entry.key <= after)) continue;
      if (page.entries.size() == max) {
        page.next = kOurToken + page.entries.back().key;
        break;
      }
      page.entries.push_back(entry);
    }
    return page;
  }

  const std::shared_ptr<ObjectStore> inner_;
  const RememberOptions options_;
  std::mutex mutex_;  // of what follows
  std::condition_variable arrived_;
  std::map<std::string, Known> objects_;
  std::map<std::string, bool> flying_;  // false: changed meanwhile
  uint64_t used_ = 0;
  std::map<std::string, std::vector<ListEntry>> listings_;
};

}  // namespace

std::shared_ptr<RememberingStore> with_memory(std::shared_ptr<ObjectStore> inner, RememberOptions options) {
  return std::make_shared<Remembering>(std::move(inner), std::move(options));
}

}  // namespace seabed
