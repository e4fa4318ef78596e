#pragma once
// The class behind open_driver_store; its operations are in driver_store.cc, driver_upload.cc and
// driver_list.cc.

#include <algorithm>
#include <cstring>

#include "core/storage/driver/driver_context.h"
#include "core/storage/driver/driver_error.h"
#include "core/storage/object_store.h"
#include "seabed/driver.h"

namespace seabed {

/// Room for a text that the driver writes.
template <size_t N>
class TextRoom {
 public:
  TextRoom() { raw_ = {room_, N, 0}; }
  seabed_text* raw() { return &raw_; }
  std::string take() const { return std::string(room_, std::min(raw_.size, N)); }

 private:
  char room_[N] = {};
  seabed_text raw_{};
};

/// A sink must not throw through the driver: out of memory becomes "stop".
template <class Function>
int no_throw(Function&& function) noexcept {
  try {
    function();
    return 0;
  } catch (...) {
    return 1;
  }
}

/// Empty pieces are left out.
std::vector<seabed_buffer> to_buffers(Buffers bytes);
seabed_put_options put_options(PutMode mode);
PartInfo to_part(const seabed_part& part);

class DriverStore : public ObjectStore {
 public:
  DriverStore(const seabed_driver_v1* driver, seabed_store* store, std::string shown);
  ~DriverStore() override { driver_->close(store_); }

  const Capabilities& capabilities() const override { return capabilities_; }
  std::string describe() const override { return shown_; }
  Result<ObjectStat> stat(const std::string& key, const IoContext& ctx) override;
  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext& ctx) override;
  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override;
  Result<std::string> begin_upload(const std::string& key, const IoContext& ctx) override;
  Result<PartInfo> upload_part(const std::string& key, const std::string& id, uint32_t number, Buffers bytes,
                               const IoContext& ctx) override;
  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext& ctx) override;
  Status abort_upload(const std::string& key, const std::string& id, const IoContext& ctx) override;
  Result<std::vector<UploadInfo>> list_uploads(const std::string& prefix, const IoContext& ctx) override;
  Result<std::vector<PartInfo>> list_parts(const std::string& key, const std::string& id,
                                           const IoContext& ctx) override;
  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max_keys,
                        const IoContext& ctx) override;
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override;
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes,
                          const IoContext& ctx) override;
  Result<Tags> get_tags(const std::string& key, const IoContext& ctx) override;
  Status set_tags(const std::string& key, const Tags& tags, const IoContext& ctx) override;

 private:
  // Where call() puts the context and the error among an operation's arguments.
  struct Ctx {};
  struct Err {};

  template <class T>
  static T&& place(T&& value, const DriverContext&, DriverError&) {
    return std::forward<T>(value);
  }
  static const seabed_context* place(Ctx, const DriverContext& context, DriverError&) {
    return context.raw();
  }
  static seabed_error* place(Err, const DriverContext&, DriverError& error) { return error.raw(); }

  template <class Operation, class... Args>
  Status call(const std::string& key, const IoContext& ctx, Operation operation, Args&&... args) {
    const DriverContext context(ctx);
    DriverError error;
    const int32_t code = operation(place(std::forward<Args>(args), context, error)...);
    if (code == SEABED_OK) return ok();
    return fail(to_error(code, error.raw(), name(key)));
  }

  /// Calls `page` with each token until the driver gives none.
  template <class Page>
  Status every_page(const std::string& key, Page&& page) {
    std::string token;
    while (true) {
      TextRoom<SEABED_TOKEN_CAPACITY> next;
      SEABED_CHECK(page(token.c_str(), next.raw()));
      const std::string following = next.take();
      if (following.empty()) return ok();
      if (following == token) return broken(key, "gave the same page token again");
      token = following;
    }
  }

  std::string name(const std::string& key) const { return key.empty() ? shown_ : shown_ + " " + key; }
  tl::unexpected<Error> unsupported(const std::string& key, const char* what) const {
    return fail(Code::kUnsupported, name(key),
                std::string("the driver ") + driver_->name + " has no " + what);
  }
  tl::unexpected<Error> broken(const std::string& key, const char* what) const {
    return fail(Code::kInternal, name(key), std::string("the driver ") + driver_->name + " " + what,
                "report it to its vendor");
  }

  const seabed_driver_v1* driver_;
  seabed_store* store_;
  std::string shown_;
  Capabilities capabilities_;
};

}  // namespace seabed
