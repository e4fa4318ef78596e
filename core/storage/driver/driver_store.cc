#include "core/storage/driver/driver_store.h"

#include "core/storage/driver/driver_store_class.h"
#include "core/storage/driver/registry.h"

namespace seabed {

std::vector<seabed_buffer> to_buffers(Buffers bytes) {
  std::vector<seabed_buffer> out;
  out.reserve(bytes.size());
  for (const auto& piece : bytes)
    if (!piece.empty()) out.push_back({piece.data(), piece.size()});
  return out;
}

seabed_put_options put_options(PutMode mode) {
  seabed_put_options o{};
  o.struct_size = sizeof o;
  o.flags = mode == PutMode::kIfAbsent ? uint32_t{SEABED_PUT_IF_ABSENT} : 0;
  return o;
}

DriverStore::DriverStore(const seabed_driver_v1* driver, seabed_store* store, std::string shown)
    : driver_(driver),
      store_(store),
      shown_(std::move(shown)),
      capabilities_(capabilities_of(driver, store)) {}

Result<ObjectStat> DriverStore::stat(const std::string& key, const IoContext& ctx) {
  seabed_object_stat out{};
  out.struct_size = sizeof out;
  SEABED_CHECK(call(key, ctx, driver_->stat, store_, key.c_str(), Ctx{}, &out, Err{}));
  return ObjectStat{out.size, out.modified_ns, std::string(out.etag, strnlen(out.etag, sizeof out.etag))};
}

Result<size_t> DriverStore::read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                                    const IoContext& ctx) {
  size_t got = 0;
  SEABED_CHECK(call(key, ctx, driver_->read_at, store_, key.c_str(), offset,
                    static_cast<void*>(buffer.data()), buffer.size(), Ctx{}, &got, Err{}));
  if (got > buffer.size()) return broken(key, "returned more bytes than were asked for");
  return got;
}

Status DriverStore::put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) {
  const auto buffers = to_buffers(bytes);
  const auto options = put_options(mode);
  return call(key, ctx, driver_->put, store_, key.c_str(), buffers.data(),
              static_cast<uint32_t>(buffers.size()), &options, Ctx{}, Err{});
}

Result<uint64_t> DriverStore::append(const std::string& key, uint64_t position, Buffers bytes,
                                     const IoContext& ctx) {
  if (!SEABED_HAS(driver_, seabed_driver_v1, append) || !driver_->append) return unsupported(key, "append");
  const auto buffers = to_buffers(bytes);
  uint64_t length = 0;
  SEABED_CHECK(call(key, ctx, driver_->append, store_, key.c_str(), position, buffers.data(),
                    static_cast<uint32_t>(buffers.size()), Ctx{}, &length, Err{}));
  return length;
}

Result<std::shared_ptr<ObjectStore>> open_driver_store(const seabed_driver_v1* driver,
                                                       const std::string& scheme, const std::string& location,
                                                       const std::vector<DriverPair>& pairs,
                                                       std::string shown, const IoContext& ctx) {
  std::vector<seabed_pair> raw;
  for (const auto& p : pairs)
    raw.push_back({p.key.c_str(), p.value.c_str(), p.secret ? uint32_t{SEABED_KEY_SECRET} : 0, 0});
  seabed_open_args args{};
  args.struct_size = sizeof args;
  args.pair_count = static_cast<uint32_t>(raw.size());
  args.scheme = scheme.c_str();
  args.location = location.c_str();
  args.pairs = raw.data();
  const DriverContext context(ctx);
  DriverError error;
  seabed_store* store = nullptr;
  const int32_t code = driver->open(&args, context.raw(), &store, error.raw());
  if (code != SEABED_OK) return fail(to_error(code, error.raw(), shown));
  if (store == nullptr)
    return fail(Code::kInternal, shown, std::string("the driver ") + driver->name + " opened nothing");
  return std::make_shared<DriverStore>(driver, store, std::move(shown));
}

}  // namespace seabed
