#include "core/storage/driver/library.h"

#include <boost/dll/shared_library.hpp>
#include <list>
#include <map>
#include <mutex>

#include "core/storage/driver/driver_error.h"
#include "core/storage/driver/host_table.h"

namespace seabed {

namespace {
namespace dll = boost::dll;

std::string version_text(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

Status check_version(const std::string& path, const seabed_driver_v1* table) {
  if (table->abi_major != SEABED_ABI_MAJOR)
    return fail(Code::kUnsupported, path,
                "speaks driver ABI " + version_text(table->abi_major, table->abi_minor) +
                    ", this Seabed speaks " + version_text(SEABED_ABI_MAJOR, SEABED_ABI_MINOR),
                "install the driver that was built for this version");
  // The smallest table that 1.x ever had ends with `append`; what is behind it is optional.
  if (table->struct_size < offsetof(seabed_driver_v1, append))
    return fail(Code::kUnsupported, path,
                "has a table of " + std::to_string(table->struct_size) + " bytes, too small for ABI 1");
  return ok();
}

Status check_operations(const std::string& path, const seabed_driver_v1* t) {
  const bool named = t->name && t->version && t->schemes && t->schemes[0] && t->keys;
  const bool whole =
      t->capabilities && t->open && t->close && t->stat && t->read_at && t->put && t->list && t->remove;
  if (named && whole) return ok();
  return fail(
      Code::kInvalidArgument, path,
      named ? "lacks an operation that every driver must have" : "lacks its name, version, schemes or keys");
}

Result<const seabed_driver_v1*> enter(const std::string& path, dll::shared_library& library) {
  if (!library.has(SEABED_DRIVER_ENTRY_NAME))
    return fail(Code::kInvalidArgument, path, "does not export " SEABED_DRIVER_ENTRY_NAME,
                "it is no Seabed driver: remove it from the directory");
  const auto entry =
      reinterpret_cast<seabed_driver_entry_function>(&library.get<char>(SEABED_DRIVER_ENTRY_NAME));
  DriverError error;
  const seabed_driver_v1* table = entry(host_table(), error.raw());
  if (table == nullptr) return fail(Code::kUnsupported, path, "refused to load: " + error.text());
  SEABED_CHECK(check_version(path, table));
  SEABED_CHECK(check_operations(path, table));
  return table;
}

/// Under load_driver's lock.
Result<const seabed_driver_v1*> load(const std::string& path) {
  try {
    // Never destroyed: a driver may have threads and handlers, and its table must outlive every store.
    static auto& loaded = *new std::list<dll::shared_library>;
    constexpr auto mode = dll::load_mode::rtld_now | dll::load_mode::rtld_local;
    return enter(path, loaded.emplace_back(boost::filesystem::path(path), mode));
  } catch (const std::exception& e) {
    return fail(Code::kIo, path, std::string("cannot be loaded: ") + e.what(),
                "see `ldd` for missing libraries");
  }
}
}  // namespace

Result<const seabed_driver_v1*> load_driver(const std::string& path) {
  static std::mutex mutex;
  static auto& known = *new std::map<std::string, const seabed_driver_v1*>;
  std::lock_guard lock(mutex);
  if (const auto found = known.find(path); found != known.end()) return found->second;
  SEABED_TRY(const seabed_driver_v1* table, load(path));  // a refused file may be put right and tried again
  known[path] = table;
  return table;
}

}  // namespace seabed
