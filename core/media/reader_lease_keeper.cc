// Holding and renewing reader leases in the background.

#include "core/base/log.h"
#include "core/base/log_context.h"
#include "core/flow/side_by_side.h"
#include "core/media/reader_lease.h"

namespace seabed {
namespace {
constexpr std::chrono::milliseconds kCall{30'000}, kGoodbye{10'000};

IoContext io(std::chrono::milliseconds deadline, const CancelToken* cancel) {
  return {.deadline = after(deadline), .cancel = cancel};
}
}  // namespace

Result<std::unique_ptr<ReaderLeaseKeeper>> ReaderLeaseKeeper::hold(std::vector<ReaderWish> wishes, Clock& clock,
                                                                   const CancelToken* cancel,
                                                                   const ReaderLeaseTerms& terms) {
  std::unique_ptr<ReaderLeaseKeeper> out(new ReaderLeaseKeeper(clock, terms));
  for (ReaderWish& wish : wishes) out->held_.push_back({std::move(wish), nullptr, {}});
  std::vector<std::function<Status()>> takes;
  for (Held& held : out->held_) takes.push_back([&out, &held, cancel] { return out->take(held, cancel); });
  SEABED_CHECK(side_by_side(takes));  // what is held already is given back
  out->thread_ = std::thread([keeper = out.get(), context = log::context()] {
    const log::Scope scope(context);
    keeper->run();
  });
  return out;
}

ReaderLeaseKeeper::~ReaderLeaseKeeper() {
  stop_.cancel();
  if (thread_.joinable()) thread_.join();
  if (leave_) return;
  std::vector<std::function<Status()>> goodbyes;
  for (Held& held : held_)
    if (held.lease && !(finished_ && held.wish.outlives))
      goodbyes.push_back([&held] {
        held.lease->release(io(kGoodbye, nullptr));
        return ok();
      });
  (void)side_by_side(goodbyes);
}

/// What cannot be written is a warning.
Status ReaderLeaseKeeper::take(Held& held, const CancelToken* cancel) {
  auto taken = ReaderLease::take(held.wish.store, held.wish.facts, held.wish.terms.value_or(terms_), clock_,
                                 io(kCall, cancel));
  if (taken) {
    held.wish.facts.id = (*taken)->facts().id;
    held.lease = std::move(*taken);
    held.warning.clear();
    return ok();
  }
  const Error& error = taken.error();
  if (error.code == Code::kConflict || error.code == Code::kCancelled || error.code == Code::kInvalidArgument)
    return fail(error);
  std::string warning = held.wish.store->describe() +
                        ": no reader lease can be left there, so a cleanup of its owner may delete what is read: " +
                        error.message();
  if (held.warning != warning) log::warn("{}", warning);
  held.warning = std::move(warning);
  return ok();
}

std::vector<std::string> ReaderLeaseKeeper::warnings() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const Held& held : held_)
    if (!held.warning.empty()) out.push_back(held.warning);
  return out;
}

size_t ReaderLeaseKeeper::held() const {
  std::lock_guard lock(mutex_);
  size_t count = 0;
  for (const Held& held : held_) count += held.lease != nullptr;
  return count;
}

Status ReaderLeaseKeeper::need(size_t index, std::vector<std::string> directories) {
  std::lock_guard lock(mutex_);
  if (index >= held_.size()) return fail(Code::kInvalidArgument, "reader lease", "there is no such destination");
  Held& held = held_[index];
  held.wish.facts.directories = directories;
  if (!held.lease) return take(held, &stop_);
  const auto told = held.lease->need(std::move(directories), io(kCall, &stop_));
  if (told || told.error().code == Code::kConflict) return told;
  log::warn("reader lease not renewed: {}", told.error().message());
  held.warning = told.error().message();
  return ok();
}

void ReaderLeaseKeeper::leave() {
  std::lock_guard lock(mutex_);
  leave_ = true;
}

void ReaderLeaseKeeper::finished() {
  std::lock_guard lock(mutex_);
  finished_ = true;
}

void ReaderLeaseKeeper::renew_all() {
  std::lock_guard lock(mutex_);
  for (Held& held : held_) {
    if (stop_.cancelled()) return;
    const auto renewed = held.lease ? held.lease->renew(io(kCall, &stop_)) : take(held, &stop_);
    if (renewed && held.lease) held.warning.clear();
    if (renewed || stop_.cancelled()) continue;
    log::warn("reader lease not renewed: {}", renewed.error().message());
    held.warning = renewed.error().message();
  }
}

void ReaderLeaseKeeper::run() {
  while (!stop_.wait_for(terms_.lease / 3)) renew_all();
}

}  // namespace seabed
