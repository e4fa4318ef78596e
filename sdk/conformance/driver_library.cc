#include "driver_library.h"

#include <dlfcn.h>
#include <time.h>

#include <mutex>
#include <stdexcept>

namespace seabed::check {

namespace {
std::mutex g_log_mutex;
std::vector<std::string> g_log;

void log_line(const seabed_host*, int32_t, const char* message) {
  std::lock_guard lock(g_log_mutex);
  if (g_log.size() < 1000) g_log.emplace_back(message);
}

uint64_t wall_clock_ns(const seabed_host*) {
  timespec ts{};
  clock_gettime(CLOCK_REALTIME, &ts);
  return static_cast<uint64_t>(ts.tv_sec) * 1000000000u + static_cast<uint64_t>(ts.tv_nsec);
}

const void* no_extension(const seabed_host*, const char*) { return nullptr; }

constexpr seabed_host kHost = {
    sizeof(seabed_host), SEABED_ABI_MAJOR, SEABED_ABI_MINOR, "seabed-driver-check", "1.0", log_line,
    wall_clock_ns,       no_extension};

void check_table(const seabed_driver_v1* t) {
  if (t->abi_major != SEABED_ABI_MAJOR)
    throw std::runtime_error("the driver speaks ABI " + std::to_string(t->abi_major) + ", this checker 1");
  if (t->struct_size < offsetof(seabed_driver_v1, append))
    throw std::runtime_error("the table has " + std::to_string(t->struct_size) +
                             " bytes, too small for ABI 1");
  if (!(t->name && t->version && t->schemes && t->schemes[0] && t->keys))
    throw std::runtime_error("the table lacks its name, version, schemes or keys");
  if (!(t->capabilities && t->open && t->close && t->stat && t->read_at && t->put && t->list && t->remove))
    throw std::runtime_error("the table lacks an operation that every driver must have");
}
}  // namespace

const seabed_host* host_table() { return &kHost; }

std::vector<std::string> logged() {
  std::lock_guard lock(g_log_mutex);
  return g_log;
}

seabed_driver_entry_function entry_of(const std::string& path) {
  // A bare name would be looked for on the library path.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(std::string("the driver cannot be loaded: ") + dlerror());
  const auto entry = reinterpret_cast<seabed_driver_entry_function>(dlsym(library, SEABED_DRIVER_ENTRY_NAME));
  if (entry == nullptr) throw std::runtime_error("the driver does not export " SEABED_DRIVER_ENTRY_NAME);
  return entry;
}

const seabed_driver_v1* load_driver(const std::string& path, const seabed_host* host) {
  seabed_error error{};
  error.struct_size = sizeof error;
  const seabed_driver_v1* table = entry_of(path)(host, &error);
  if (table == nullptr) throw std::runtime_error(std::string("the driver refused to load: ") + error.message);
  check_table(table);
  return table;
}

}  // namespace seabed::check
