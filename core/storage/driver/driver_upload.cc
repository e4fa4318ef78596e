#include "core/storage/driver/driver_store_class.h"

namespace seabed {

Result<std::string> DriverStore::begin_upload(const std::string& key, const IoContext& ctx) {
  if (!driver_->upload_begin) return unsupported(key, "uploads in parts");
  TextRoom<SEABED_UPLOAD_ID_CAPACITY> id;
  const auto options = put_options(PutMode::kReplace);
  SEABED_CHECK(call(key, ctx, driver_->upload_begin, store_, key.c_str(), &options, Ctx{}, id.raw(), Err{}));
  return id.take();
}

Result<PartInfo> DriverStore::upload_part(const std::string& key, const std::string& id, uint32_t number,
                                          Buffers bytes, const IoContext& ctx) {
  if (!driver_->upload_part) return unsupported(key, "uploads in parts");
  const auto buffers = to_buffers(bytes);
  seabed_part part{};
  part.struct_size = sizeof part;
  SEABED_CHECK(call(key, ctx, driver_->upload_part, store_, key.c_str(), id.c_str(), number, buffers.data(),
                    static_cast<uint32_t>(buffers.size()), Ctx{}, &part, Err{}));
  return to_part(part);
}

Status DriverStore::complete_upload(const std::string& key, const std::string& id,
                                    std::span<const PartInfo> parts, const IoContext& ctx) {
  if (!driver_->upload_complete) return unsupported(key, "uploads in parts");
  std::vector<seabed_part> raw(parts.size());
  std::vector<const seabed_part*> pointers(parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    raw[i].struct_size = sizeof raw[i];
    raw[i].number = parts[i].number;
    raw[i].size = parts[i].size;
    if (parts[i].tag.size() >= sizeof raw[i].tag)
      return fail(Code::kInvalidArgument, name(key), "a part's tag is too long");
    parts[i].tag.copy(raw[i].tag, parts[i].tag.size());
    pointers[i] = &raw[i];
  }
  const auto options = put_options(PutMode::kReplace);
  return call(key, ctx, driver_->upload_complete, store_, key.c_str(), id.c_str(), pointers.data(),
              static_cast<uint32_t>(pointers.size()), &options, Ctx{}, Err{});
}

Status DriverStore::abort_upload(const std::string& key, const std::string& id, const IoContext& ctx) {
  if (!driver_->upload_abort) return unsupported(key, "uploads in parts");
  return call(key, ctx, driver_->upload_abort, store_, key.c_str(), id.c_str(), Ctx{}, Err{});
}

}  // namespace seabed
