#include "core/media/lease.h"

#include <spdlog/fmt/fmt.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"
#include "core/media/paths.h"

namespace seabed {

namespace {
int64_t boot_now() {
  timespec t{};
  clock_gettime(CLOCK_BOOTTIME, &t);
  return t.tv_sec * 1'000'000'000ll + t.tv_nsec;
}
int64_t ns(std::chrono::milliseconds d) { return std::chrono::nanoseconds(d).count(); }

struct LeaseName {
  uint64_t epoch = 0, sequence = 0;
  auto operator<=>(const LeaseName&) const = default;
};

std::optional<LeaseName> parse(uint64_t ls, const std::string& key) {
  const std::string dir = paths::leases_dir(ls);
  LeaseName name;
  const char* p = key.data() + std::min(dir.size(), key.size());
  const char* end = key.data() + key.size();
  auto [dot, e1] = std::from_chars(p, end, name.epoch);
  if (e1 != std::errc() || dot == end || *dot != '.') return std::nullopt;
  auto [rest, e2] = std::from_chars(dot + 1, end, name.sequence);
  if (e2 != std::errc() || paths::lease(ls, name.epoch, name.sequence) != key) return std::nullopt;
  return name;
}

/// Rising; names that are no leases are left alone.
Result<std::vector<LeaseName>> list_leases(ObjectStore& store, uint64_t ls, const IoContext& ctx) {
  SEABED_TRY(const auto entries, list_all(store, paths::leases_dir(ls), ctx, 100'000));
  std::vector<LeaseName> names;
  for (const auto& entry : entries)
    if (const auto name = parse(ls, entry.key)) names.push_back(*name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string what(uint64_t ls) {
  return ls == 0 ? std::string("the tenant's archive coordination") : fmt::format("the archive of log stream {}", ls);
}

void remove_all(ObjectStore& store, uint64_t ls, const std::vector<LeaseName>& names, const LeaseName& below,
                const IoContext& ctx) {
  std::vector<std::string> keys;
  for (const auto& name : names)
    if (name < below) keys.push_back(paths::lease(ls, name.epoch, name.sequence));
  if (!keys.empty()) (void)store.remove(keys, ctx);  // a leftover is removed at the next claim
}

/// How long the lease of another owner may still be in force, by our clock; 0: it is over.
int64_t wait_for(const meta::Lease& lease, const std::string& owner, const LeaseTerms& terms, Scn now) {
  if (lease.expires_scn() == 0 || lease.owner() == owner || owner_is_gone(lease.owner())) return 0;
  const uint64_t over = lease.expires_scn() + static_cast<uint64_t>(ns(terms.request_deadline) + ns(terms.clock_error));
  return over > now ? static_cast<int64_t>(over - now) : 0;
}
}  // namespace

Result<std::unique_ptr<StreamLease>> StreamLease::claim(std::shared_ptr<ObjectStore> store, uint64_t ls,
                                                        const std::string& owner, const LeaseTerms& terms,
                                                        Clock& clock, const IoContext& ctx) {
  if (!store->capabilities().conditional_put)
    return fail(Code::kUnsupported, store->describe(), "has no conditional create, which keeps two archivers apart",
                "use a destination whose driver offers it");
  std::unique_ptr<StreamLease> out(new StreamLease());
  out->store_ = store;
  out->ls_ = ls;
  out->owner_ = owner;
  out->terms_ = terms;
  out->clock_ = &clock;
  SEABED_TRY(const auto names, list_leases(*store, ls, ctx));
  if (!names.empty()) {
    meta::Lease last;
    const auto& name = names.back();
    SEABED_CHECK(read_message(*store, paths::lease(ls, name.epoch, name.sequence), FileType::kLease, &last, ctx));
    if (const int64_t wait = wait_for(last, owner, terms, clock.read().now); wait > 0) {
      Error held{Code::kConflict, what(ls), fmt::format("is held by {} (epoch {})", last.owner(), name.epoch),
                 "stop that archiver, or wait until its lease has run out", 0, 0};
      held.retry_after_ms = static_cast<int>(std::min<int64_t>(wait / 1'000'000 + 1, 3'600'000));
      return fail(std::move(held));
    }
    out->previous_epoch_ = name.epoch;
    out->previous_owner_ = last.owner();
  }
  out->epoch_ = out->previous_epoch_ + 1;
  const int64_t before = boot_now();
  const Scn now = clock.read().now;
  if (auto put = out->write(1, now + static_cast<uint64_t>(ns(terms.lease)), now, ctx); !put) {
    if (put.error().code == Code::kConflict)
      return fail(Code::kConflict, what(ls), "was claimed by another archiver at the same moment");
    return fail(put.error());
  }
  out->valid_until_ = before + ns(terms.lease);
  remove_all(*store, ls, names, {out->epoch_, 0}, ctx);
  return out;
}

Status StreamLease::write(uint64_t sequence, uint64_t expires_scn, Scn granted, const IoContext& ctx) {
  meta::Lease lease;
  lease.set_ls_id(ls_);
  lease.set_epoch(epoch_);
  lease.set_owner(owner_);
  lease.set_granted_scn(granted);
  lease.set_expires_scn(expires_scn);
  lease.set_sequence(sequence);
  SEABED_CHECK(put_once(*store_, paths::lease(ls_, epoch_, sequence), FileType::kLease, lease, ctx));
  return ok();
}

StreamLease::State StreamLease::state() const {
  std::lock_guard lock(mutex_);
  if (!lost_.empty()) return State::kLost;
  return boot_now() < valid_until_ ? State::kHeld : State::kExpired;
}

Status StreamLease::check() const {
  switch (state()) {
    case State::kHeld: return ok();
    case State::kExpired: return fail(Code::kFenced, what(ls_), fmt::format("the lease of epoch {} ran out", epoch_));
    case State::kLost: break;
  }
  std::lock_guard lock(mutex_);
  return fail(Code::kFenced, what(ls_), fmt::format("epoch {} lost it to {}", epoch_, lost_),
              "only one archiver may run on a destination: stop one of them");
}

Status StreamLease::look(const IoContext& ctx) {
  SEABED_TRY(const auto names, list_leases(*store_, ls_, ctx));
  if (names.empty() || names.back().epoch <= epoch_) return ok();
  {
    std::lock_guard lock(mutex_);
    lost_ = fmt::format("epoch {}", names.back().epoch);
  }
  return check();
}

Status StreamLease::renew(const IoContext& ctx) {
  std::lock_guard io(io_mutex_);
  SEABED_CHECK(check());
  SEABED_TRY(const auto names, list_leases(*store_, ls_, ctx));
  if (!names.empty() && names.back().epoch > epoch_) {
    std::lock_guard lock(mutex_);
    lost_ = fmt::format("epoch {}", names.back().epoch);
  }
  SEABED_CHECK(check());
  const int64_t before = boot_now();
  const Scn now = clock_->read().now;
  // A put whose outcome is unknown uses its number up: the next renewal takes the one after.
  SEABED_CHECK(write(++sequence_, now + static_cast<uint64_t>(ns(terms_.lease)), now, ctx));
  SEABED_CHECK(check());  // it must have arrived in time
  {
    std::lock_guard lock(mutex_);
    valid_until_ = before + ns(terms_.lease);
  }
  remove_all(*store_, ls_, names, {epoch_, sequence_}, ctx);
  return ok();
}

void StreamLease::release(const IoContext& ctx) {
  std::lock_guard io(io_mutex_);
  if (!check()) return;
  if (!write(++sequence_, 0, clock_->read().now, ctx)) return;
  const auto names = list_leases(*store_, ls_, ctx);
  if (names) remove_all(*store_, ls_, *names, {epoch_, sequence_}, ctx);
  std::lock_guard lock(mutex_);
  valid_until_ = 0;
}

}  // namespace seabed
