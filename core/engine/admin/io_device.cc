#include "core/engine/admin/io_device.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/engine/admin/io_trial.h"
#include "core/engine/admin/test_content.h"

namespace seabed {

bool IoStage::fails() const {
  return std::any_of(checks.begin(), checks.end(),
                     [](const IoCheck& c) { return c.outcome == IoCheck::Outcome::kFails; });
}

const IoCheck* IoDeviceReport::first_failure() const {
  for (const IoStage& stage : stages)
    for (const IoCheck& check : stage.checks)
      if (check.outcome == IoCheck::Outcome::kFails) return &check;
  return nullptr;
}

IoDeviceReport test_io_device(ObjectStore& store, const IoDeviceOptions& options, const CancelToken& cancel) {
  return IoTrial(store, options, cancel).run();
}

IoTrial::IoTrial(ObjectStore& store, const IoDeviceOptions& options, const CancelToken& cancel)
    : store_(store), options_(options), cancel_(&cancel), can_(store.capabilities()), random_(options.seed) {
  report_.directory = options.directory;
}

IoDeviceReport IoTrial::run() {
  stage("test dest connectivity result", &IoTrial::connectivity);
  stage("test archive log result", &IoTrial::archive_log);
  stage("test backup data result", &IoTrial::backup_data);
  stage("test consume log result", &IoTrial::consume_log);
  cancel_ = nullptr;  // what was written goes, also after a cancel
  stage("test clean backup file result", &IoTrial::clean);
  return std::move(report_);
}

/// The first failure ends the run; only cleaning up follows, and tells what it finds.
void IoTrial::stage(const char* name, void (IoTrial::*body)()) {
  const bool cleaning = body == &IoTrial::clean;
  const bool runs = cleaning ? wrote_ && !refused_ : report_.fits();
  report_.stages.push_back({name, runs, {}});
  if (runs) (this->*body)();
  options_.on_stage(report_.stages.back());
}

bool IoTrial::check(const IoNeed& need, const Body& body) {
  options_.on_check(need.operation);
  note_.clear();
  const auto start = std::chrono::steady_clock::now();
  Status status = ok();
  if (cancel_ && cancel_->cancelled())
    status = fail(Code::kCancelled, need.operation, "cancelled");
  else
    status = body();
  IoCheck check{need.operation, IoCheck::Outcome::kWorks, note_, {}, {}, {}, 0};
  check.micros = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start)
          .count());
  if (!status) {
    const Error& error = status.error();
    check.outcome = IoCheck::Outcome::kFails;
    check.found = std::string(code_name(error.code)) + ": " + error.object + ": " + error.reason;
    check.without = need.without;
    check.next_step =
        error.code == Code::kPermissionDenied
            ? fmt::format("grant {}, or what your medium calls it, below this directory", need.privilege)
            : error.next_step;
    if (error.code == Code::kUnavailable || error.code == Code::kTimeout) {
      check.without = "all of it: the medium does not answer";
      if (check.next_step.empty()) check.next_step = "look at the host's name, the network and the proxy";
    }
    check.error = error;
  }
  report_.stages.back().checks.push_back(std::move(check));
  return status.has_value();
}

void IoTrial::limited(const IoNeed& need, std::string found, std::string next_step) {
  report_.stages.back().checks.push_back({need.operation,
                                          IoCheck::Outcome::kLimited,
                                          std::move(found),
                                          need.without,
                                          std::move(next_step),
                                          {},
                                          0});
}

/// A slow line gets its time: 256 KiB a second.
IoContext IoTrial::io(uint64_t bytes) const {
  return {.deadline = after(std::chrono::seconds(60 + bytes / (256 << 10))), .cancel = cancel_};
}

Status IoTrial::put(const std::string& key, uint64_t object, uint64_t length, PutMode mode) {
  wrote_ = true;
  const auto pieces = TestContent(object).pieces(0, length);
  return store_.put(key, pieces, mode, io(length));
}

Status IoTrial::expect_read(const std::string& key, uint64_t object, uint64_t offset, uint64_t length) {
  SEABED_TRY(std::string bytes, read_range(store_, key, offset, length, io(length)));
  if (!TestContent(object).holds(offset, bytes))
    return fail(
        Code::kCorruption, key,
        fmt::format("bytes {} to {} come back other than they were written", offset, offset + length));
  return ok();
}

}  // namespace seabed
