#include "core/storage/retry.h"

#include "core/storage/outcome.h"
#include "core/storage/store_call.h"

namespace seabed {

namespace {
bool may_help(const Error& e) { return e.retryable() || e.code == Code::kOutcomeUnknown; }

class RetryStore : public AroundStore<RetryStore> {
 public:
  RetryStore(std::shared_ptr<ObjectStore> inner, RetryPolicy policy)
      : AroundStore(std::move(inner)), policy_(policy) {}

  /// Calls that may be made twice: reads, and writes that leave the same state.
  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    return again(call, next, [&](const Error&) -> std::optional<decltype(next())> { return std::nullopt; });
  }

  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override {
    if (mode == PutMode::kReplace) return AroundStore::put(key, bytes, mode, ctx);
    return again(
        StoreCall{StoreOp::kPut, key, 0, ctx}, [&] { return inner_->put(key, bytes, mode, ctx); },
        [&](const Error& error) -> std::optional<Status> {
          if (error.code != Code::kAlreadyExists && error.code != Code::kOutcomeUnknown) return std::nullopt;
          return settle(look_at_put(*this, key, bytes, ctx), error,
                        fail(Code::kAlreadyExists, name(key), "another writer made it first"));
        });
  }

  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes,
                          const IoContext& ctx) override {
    return again(
        StoreCall{StoreOp::kAppend, key, 0, ctx}, [&] { return inner_->append(key, position, bytes, ctx); },
        [&](const Error& error) -> std::optional<Result<uint64_t>> {
          if (error.code != Code::kConflict && error.code != Code::kOutcomeUnknown) return std::nullopt;
          const auto settled = settle(
              look_at_append(*this, key, position, bytes, ctx), error,
              fail(Code::kConflict, name(key), "another writer appended, or a part of an append arrived"));
          if (!settled) return std::nullopt;
          if (!*settled) return fail(settled->error());
          return position + total_size(bytes);
        });
  }

  Status complete_upload(const std::string& key, const std::string& id, std::span<const PartInfo> parts,
                         const IoContext& ctx) override {
    return again(
        StoreCall{StoreOp::kCompleteUpload, key, 0, ctx},
        [&] { return inner_->complete_upload(key, id, parts, ctx); },
        [&](const Error& error) -> std::optional<Status> {
          if (error.code != Code::kNotFound && error.code != Code::kOutcomeUnknown) return std::nullopt;
          return settle(
              look_at_complete(*this, key, id, parts, ctx), error,
              fail(Code::kConflict, name(key), "the upload is gone and another object is in its place"));
        });
  }

  Status abort_upload(const std::string& key, const std::string& id, const IoContext& ctx) override {
    return again(
        StoreCall{StoreOp::kAbortUpload, key, 0, ctx}, [&] { return inner_->abort_upload(key, id, ctx); },
        [](const Error& error) -> std::optional<Status> {  // gone after an earlier try of ours
          return error.code == Code::kNotFound ? std::optional<Status>(ok()) : std::nullopt;
        });
  }

  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    std::vector<Status> out(keys.size());
    std::vector<size_t> open(keys.size());
    for (size_t i = 0; i < open.size(); ++i) open[i] = i;
    for (int attempt = 1; !open.empty(); ++attempt) {
      std::vector<std::string> some;
      for (const size_t i : open) some.push_back(keys[i]);
      SEABED_TRY(const auto results, AroundStore::remove(some, ctx));
      std::vector<size_t> failed;
      int retry_after = 0;
      for (size_t n = 0; n < open.size(); ++n) {
        out[open[n]] = results[n];
        if (results[n] || !may_help(results[n].error())) continue;
        failed.push_back(open[n]);
        retry_after = std::max(retry_after, results[n].error().retry_after_ms);
      }
      open = std::move(failed);
      if (attempt >= policy_.max_attempts ||
          (!open.empty() && !pause(backoff(policy_, attempt, retry_after), ctx)))
        break;
    }
    return out;
  }

 private:
  /// `look` is asked about the failure of every attempt that may have been done, or whose forerunner may
  /// have: a result ends the call, nullopt lets the failure count.
  template <class F, class L>
  auto again(const StoreCall& call, F&& next, L&& look) -> decltype(next()) {
    for (int attempt = 1;; ++attempt) {
      auto result = next();
      if (result) return result;
      Error error = std::move(result.error());
      if (attempt > 1 || error.code == Code::kOutcomeUnknown)
        if (auto known = look(error)) return std::move(*known);
      if (!may_help(error)) return fail(std::move(error));
      const bool last = attempt >= policy_.max_attempts;
      if (last || !pause(backoff(policy_, attempt, error.retry_after_ms), call.ctx))
        return give_up(std::move(error), attempt, call);
    }
  }

  static tl::unexpected<Error> give_up(Error error, int attempts, const StoreCall& call) {
    if (call.ctx.cancel != nullptr && call.ctx.cancel->cancelled() && error.code != Code::kOutcomeUnknown)
      error.code = Code::kCancelled;
    if (attempts > 1) error.reason += ", after " + std::to_string(attempts) + " attempts";
    return fail(std::move(error));
  }

  /// What looking says about a write: done is a success; not done lets it be tried again.
  static std::optional<Status> settle(const Result<Outcome>& seen, const Error& error,
                                      tl::unexpected<Error> other) {
    const auto unknown = [&](const std::string& why) {
      Error out = error;
      out.code = Code::kOutcomeUnknown;
      out.reason += "; " + why;
      return fail(std::move(out));
    };
    if (!seen) return unknown("looking failed, too: " + seen.error().reason);
    switch (*seen) {
      case Outcome::kDone: return ok();
      case Outcome::kNotDone: return std::nullopt;
      case Outcome::kOther: return Status(std::move(other));
      case Outcome::kUnknown: return unknown("the upload is gone, and the object there may be this or another of its size");
    }
    return std::nullopt;
  }

  const RetryPolicy policy_;
};
}  // namespace

std::shared_ptr<ObjectStore> with_retry(std::shared_ptr<ObjectStore> inner, RetryPolicy policy) {
  return std::make_shared<RetryStore>(std::move(inner), policy);
}

}  // namespace seabed
