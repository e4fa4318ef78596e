#pragma once
// One call of a store, as the decorators see it, and the decorator base that treats all calls alike.

#include <memory>

#include "core/storage/object_store.h"

namespace seabed {

enum class StoreOp {
  kStat,
  kRead,
  kPut,
  kBeginUpload,
  kUploadPart,
  kCompleteUpload,
  kAbortUpload,
  kListUploads,
  kListParts,
  kList,
  kRemove,
  kAppend,
  kGetTags,
  kSetTags
};
inline constexpr size_t kStoreOps = 14;
std::string_view op_name(StoreOp op);

struct StoreCall {
  StoreOp op;
  const std::string& key;  // or prefix; empty for kRemove
  uint64_t bytes;          // asked for or given; 0 where there is no payload
  const IoContext& ctx;
};

inline uint64_t total_size(Buffers bytes) {
  uint64_t total = 0;
  for (const auto& piece : bytes) total += piece.size();
  return total;
}

/// A decorator. `Derived` has: template <class F> auto around(const StoreCall&, F&& next) ->
/// decltype(next());
template <class Derived>
class AroundStore : public ObjectStore {
 public:
  explicit AroundStore(std::shared_ptr<ObjectStore> inner) : inner_(std::move(inner)) {}

  const Capabilities& capabilities() const override { return inner_->capabilities(); }
  std::string describe() const override { return inner_->describe(); }
  const StoreMetrics* metrics() const override { return inner_->metrics(); }

  Result<ObjectStat> stat(const std::string& key, const IoContext& ctx) override {
    return around({StoreOp::kStat, key, 0, ctx}, [&] { return inner_->stat(key, ctx); });
  }
  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext& ctx) override {
    return around({StoreOp::kRead, key, buffer.size(), ctx},
                  [&] { return inner_->read_at(key, offset, buffer, ctx); });
  }
  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override {
    return around({StoreOp::kPut, key, total_size(bytes), ctx},
                  [&] { return inner_->put(key, bytes, mode, ctx); });
  }
  Result<std::string> begin_upload(const std::string& key, const IoContext& ctx) override {
    return around({StoreOp::kBeginUpload, key, 0, ctx}, [&] { return inner_->begin_upload(key, ctx); });
  }
  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext& ctx) override {
    return around({StoreOp::kUploadPart, key, total_size(bytes), ctx},
                  [&] { return inner_->upload_part(key, id, number, bytes, ctx); });
  }
  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext& ctx) override {
    return around({StoreOp::kCompleteUpload, key, 0, ctx},
                  [&] { return inner_->complete_upload(key, id, parts, ctx); });
  }
  Status abort_upload(const std::string& key, const std::string& id, const IoContext& ctx) override {
    return around({StoreOp::kAbortUpload, key, 0, ctx}, [&] { return inner_->abort_upload(key, id, ctx); });
  }
  Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext& ctx) override {
    return around({StoreOp::kListUploads, prefix, 0, ctx}, [&] { return inner_->list_uploads(prefix, ctx); });
  }
  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& id,
                                           const IoContext& ctx) override {
    return around({StoreOp::kListParts, key, 0, ctx}, [&] { return inner_->list_parts(key, id, ctx); });
  }
  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max,
                        const IoContext& ctx) override {
    return around({StoreOp::kList, prefix, 0, ctx}, [&] { return inner_->list(prefix, token, max, ctx); });
  }
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    static const std::string kNone;
    return around({StoreOp::kRemove, keys.size() == 1 ? keys[0] : kNone, 0, ctx},
                  [&] { return inner_->remove(keys, ctx); });
  }
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes,
                          const IoContext& ctx) override {
    return around({StoreOp::kAppend, key, total_size(bytes), ctx},
                  [&] { return inner_->append(key, position, bytes, ctx); });
  }
  Result<Tags> get_tags(const std::string& key, const IoContext& ctx) override {
    return around({StoreOp::kGetTags, key, 0, ctx}, [&] { return inner_->get_tags(key, ctx); });
  }
  Status set_tags(const std::string& key, const Tags& tags, const IoContext& ctx) override {
    return around({StoreOp::kSetTags, key, 0, ctx}, [&] { return inner_->set_tags(key, tags, ctx); });
  }

 protected:
  std::string name(const std::string& key) const { return key.empty() ? describe() : describe() + " " + key; }
  std::shared_ptr<ObjectStore> inner_;

 private:
  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    return static_cast<Derived*>(this)->around(call, std::forward<F>(next));
  }
};

}  // namespace seabed
