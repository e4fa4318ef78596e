// seabed admin test_io_device
#include <unistd.h>

#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "core/engine/admin/io_device.h"
#include "tools/admin/place.h"
#include "tools/admin/verbs.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/config/machine.h"

namespace seabed {
namespace {

using Outcome = IoCheck::Outcome;

/// Runs of several hosts in the same second get names of their own.
std::string run_directory() {
  const std::time_t now = std::time(nullptr);
  struct tm local {};
  localtime_r(&now, &local);
  char tag[32], end[16];
  std::strftime(tag, sizeof tag, "%Y%m%dT%H%M%S", &local);
  std::snprintf(end, sizeof end, "_%08x", std::random_device()());
  return std::string(kIoTestDirectory) + tag + end;
}

std::string outcome_name(Outcome outcome) {
  return outcome == Outcome::kWorks ? "works" : outcome == Outcome::kLimited ? "limited" : "FAILS";
}

std::string result_name(const IoStage& stage) {
  return !stage.ran ? "NOT RUN" : stage.fails() ? "FAIL" : "SUCCESS";
}

std::string check_text(const IoCheck& check) {
  std::string name = check.operation;
  name.resize(std::max<size_t>(name.size(), 46), ' ');
  std::string out = "  " + name + " " + outcome_name(check.outcome);
  if (!check.found.empty()) out += "  " + check.found;
  out += "\n";
  if (!check.without.empty()) out += "      what would not work: " + check.without + "\n";
  if (!check.next_step.empty()) out += "      next step: " + check.next_step + "\n";
  return out;
}

/// The reference's line; what works is said unless `quiet`.
std::string stage_text(const IoStage& stage, bool quiet) {
  std::string out = "|" + stage.name + "|" + result_name(stage) + "|\n";
  for (const IoCheck& check : stage.checks)
    if (!quiet || check.outcome == Outcome::kFails) out += check_text(check);
  return out;
}

Json check_json(const IoCheck& check) {
  Json out = {{"operation", check.operation},
              {"outcome", check.outcome == Outcome::kFails ? "fails" : outcome_name(check.outcome)},
              {"found", check.found},
              {"what_would_not_work", check.without},
              {"next_step", check.next_step},
              {"seconds", static_cast<double>(check.micros) / 1e6}};
  out["error"] = check.error ? to_json(*check.error) : Json(nullptr);
  return out;
}

Json report_json(const IoDeviceReport& report, const std::string& where) {
  Json out = {{"destination", where},
              {"directory", report.directory},
              {"fits", report.fits()},
              {"left_behind", report.left_behind},
              {"stages", Json::array()}};
  for (const IoStage& stage : report.stages) {
    Json json = {{"name", stage.name}, {"result", result_name(stage)}, {"checks", Json::array()}};
    for (const IoCheck& check : stage.checks) json["checks"].push_back(check_json(check));
    out["stages"].push_back(std::move(json));
  }
  return out;
}

std::string last_words(const IoDeviceReport& report, const std::string& where) {
  if (const IoCheck* failed = report.first_failure())
    return where + " does not fit: " + failed->operation + " fails\n";
  std::string limits;
  for (const IoStage& stage : report.stages)
    for (const IoCheck& check : stage.checks)
      if (check.outcome == Outcome::kLimited)
        limits += (limits.empty() ? "; limited: " : ", ") + check.operation;
  return where + " fits" + limits + "\n";
}

Result<int> test_io_device_here(Invocation& invocation) {
  SignalCancel signals;
  SEABED_TRY(Uri uri, read_place(invocation));
  SEABED_TRY(Machine * machine, invocation.machine());
  SEABED_TRY(auto store, machine->context().storage->open(uri));
  const bool json = invocation.json(), quiet = invocation.has("quiet");
  IoDeviceOptions options;
  options.directory = run_directory();
  options.seed = std::random_device()();
  const auto mode = uri.params.find("delete_mode");
  options.tagging = mode != uri.params.end() && mode->second == "tagging";
  ProgressLine line("test_io_device");
  options.on_check = [&](const std::string& operation) { line.show({.phase = operation}); };
  options.on_stage = [&](const IoStage& stage) {
    if (json) return;
    if (isatty(STDERR_FILENO)) std::cerr << "\r\033[K" << std::flush;  // the progress line stands there
    std::cout << stage_text(stage, quiet) << std::flush;
  };
  if (!json && !quiet) std::cout << options.directory << " below " << store->describe() << "\n";
  const IoDeviceReport report = test_io_device(*store, options, signals.token());
  const int status = invocation.answer(report_json(report, store->describe()), [&] {
    return quiet ? std::string() : last_words(report, store->describe());
  });
  const IoCheck* failed = report.first_failure();
  return failed ? static_cast<int>(exit_code(*failed->error)) : status;
}

}  // namespace

Verb test_io_device_verb() {
  Verb verb{"admin",
            "test_io_device",
            "Try on a medium everything that backup, archive and restore need",
            "Five stages; the first that fails ends the run. Names what is missing and what would not work "
            "because of it.\n"
            "The directory must be empty or new; all that is written goes again. Exit status: 0, or that of "
            "the first\n"
            "failure (7 permission, 4 unsupported, 10 unavailable …). Run it on every machine that will use "
            "the medium.",
            {"seabed admin test_io_device -d file:///mnt/nfs/new",
             "seabed admin test_io_device -d 's3://bucket/test' -s @s3.info",
             "seabed admin test_io_device -q --output json -d 's3://bucket/test?delete_mode=tagging' -s - < "
             "s3.info"},
            {},
            test_io_device_here};
  verb.options = place_options("the directory, empty or new");
  verb.options.push_back({OptionSpec::kFlag, "quiet", "", "only the five lines and what fails", false, 'q'});
  return verb;
}

}  // namespace seabed
