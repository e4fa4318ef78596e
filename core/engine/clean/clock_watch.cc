#include "core/engine/clean/clock_watch.h"

#include <spdlog/fmt/fmt.h>
#include <time.h>

#include <algorithm>
#include <fstream>

#include "core/catalog/delete_jobs.h"

namespace seabed::clean {
namespace {

constexpr uint64_t kSecond = 1'000'000'000, kTolerance = 300 * kSecond, kBehindTheMedia = 3600 * kSecond;
constexpr char kWayOut[] = "; set it right, or say that it is right: `seabed clean run --accept-clock`";

std::string span(uint64_t ns) {
  const uint64_t s = ns / kSecond;
  if (s >= 86'400) return fmt::format("{} d {} h", s / 86'400, s % 86'400 / 3600);
  return s >= 3600 ? fmt::format("{} h {} min", s / 3600, s % 3600 / 60) : fmt::format("{} min", s / 60);
}

/// The latest moment that a set or piece of this tenant knows of, ns.
uint64_t newest_known(const Stock& stock) {
  uint64_t newest = 0;
  for (const auto& set : stock.sets) newest = std::max({newest, set.end_us * 1000, set.min_restore_scn});
  for (const auto& piece : stock.pieces)
    if (piece.checkpoint_scn < kScnMax) newest = std::max(newest, piece.checkpoint_scn);
  return newest;
}

}  // namespace

ClockWitness system_witness() {
  ClockWitness witness;
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, witness.boot_id);
  witness.boot_ns = [] {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return static_cast<uint64_t>(t.tv_sec) * kSecond + static_cast<uint64_t>(t.tv_nsec);
  };
  return witness;
}

Result<std::string> check_clock(EngineContext& context, const ClockWitness& witness, const Stock& stock) {
  const uint64_t now = context.clock->read().now, boot = witness.boot_ns();
  if (const uint64_t known = newest_known(stock); known > now + kBehindTheMedia)
    return fmt::format("the clock is {} behind what is archived and backed up already; set it right",
                       span(known - now));
  if (witness.boot_id.empty()) return std::string();
  return context.catalog->get<std::string>([&](Transaction& tx) -> Result<std::string> {
    SEABED_TRY(const auto mark, catalog::find_clock_mark(tx, witness.boot_id));
    SEABED_TRY(const auto newest, catalog::newest_clock_mark(tx));
    if (!mark) {
      if (newest && newest->wall_ns > now + kTolerance)
        return fmt::format("the clock is {} before that of an earlier cleanup{}", span(newest->wall_ns - now),
                           kWayOut);
      SEABED_CHECK(catalog::put_clock_mark(tx, {witness.boot_id, boot, now}));
      return std::string();
    }
    const uint64_t passed = boot > mark->boot_ns ? boot - mark->boot_ns : 0;
    const uint64_t should = mark->wall_ns + passed;
    const uint64_t drift = now > should ? now - should : should - now;
    if (drift <= kTolerance + passed / 1000) return std::string();
    return fmt::format("the clock jumped {} by {} against the time since boot{}",
                       now > should ? "forward" : "back", span(drift), kWayOut);
  });
}

Status accept_clock(EngineContext& context, const ClockWitness& witness) {
  if (witness.boot_id.empty()) return ok();
  const uint64_t now = context.clock->read().now;
  return context.catalog->transact([&](Transaction& tx) {
    return catalog::put_clock_mark(tx, {witness.boot_id, witness.boot_ns(), now});
  });
}

}  // namespace seabed::clean
