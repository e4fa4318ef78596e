#include "core/storage/driver/host_table.h"

#include <ctime>

#include "core/base/log.h"

namespace seabed {

namespace {
void host_log(const seabed_host*, int32_t level, const char* message) noexcept {
  try {
    const auto text = message == nullptr ? "" : message;
    if (level >= SEABED_LOG_ERROR)
      log::error("driver: {}", text);
    else if (level == SEABED_LOG_WARNING)
      log::warn("driver: {}", text);
    else if (level == SEABED_LOG_INFO)
      log::info("driver: {}", text);
    else
      log::debug("driver: {}", text);
  } catch (...) {  // a full log disk must not travel through a driver
  }
}

uint64_t host_clock(const seabed_host*) noexcept {
  timespec ts{};
  clock_gettime(CLOCK_REALTIME, &ts);
  return static_cast<uint64_t>(ts.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(ts.tv_nsec);
}

const void* host_extension(const seabed_host*, const char*) noexcept { return nullptr; }
}  // namespace

const seabed_host* host_table() {
  static const seabed_host table = {
      sizeof(seabed_host), SEABED_ABI_MAJOR, SEABED_ABI_MINOR, "seabed", "0.1.0", host_log,
      host_clock,          host_extension};
  return &table;
}

}  // namespace seabed
