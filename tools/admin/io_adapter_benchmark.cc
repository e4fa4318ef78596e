// seabed admin io_adapter_benchmark
#include <nlohmann/json.hpp>

#include "core/engine/admin/benchmark.h"
#include "core/storage/destination_keys.h"
#include "tools/admin/benchmark_report.h"
#include "tools/admin/place.h"
#include "tools/admin/verbs.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/config/machine.h"

namespace seabed {
namespace {

Result<uint64_t> size_option(const Invocation& invocation, const std::string& name, uint64_t otherwise) {
  if (!invocation.has(name)) return otherwise;
  return parse_size("--" + name, invocation.text(name));
}

Result<bool> truth(const Invocation& invocation, const std::string& name, const std::string& yes,
                   const std::string& no) {
  const std::string word = invocation.text(name, no);
  if (word != yes && word != no)
    return fail(Code::kInvalidArgument, "--" + name, "'" + word + "' is neither " + yes + " nor " + no);
  return word == yes;
}

Result<BenchOptions> read_options(const Invocation& invocation) {
  BenchOptions o;
  const auto type = bench_type(invocation.text("type"));
  if (!type)
    return fail(Code::kInvalidArgument, "-p",
                "'" + invocation.text("type") + "' is none of write, append, multi, read, del");
  o.type = *type;
  SEABED_TRY(const uint64_t threads, invocation.number("threads", 1));
  if (threads > 100'000) return fail(Code::kInvalidArgument, "-t", "is too large");
  o.threads = static_cast<uint32_t>(threads);
  SEABED_TRY(o.runs, invocation.number("runs", 0));
  SEABED_TRY(o.seconds, invocation.number("time-limit", 0));
  if (o.seconds > 100'000'000) return fail(Code::kInvalidArgument, "-l", "is too large");
  SEABED_TRY(o.objects, invocation.number("objects", 0));
  if (o.objects > 100'000'000) return fail(Code::kInvalidArgument, "-n", "is too large");
  SEABED_TRY(o.object_bytes, size_option(invocation, "object-size", 0));
  SEABED_TRY(o.fragment_bytes, size_option(invocation, "fragment-size", 0));
  SEABED_TRY(o.max_bytes, size_option(invocation, "max-data", o.max_bytes));
  SEABED_TRY(o.adaptive, truth(invocation, "adaptive", "1", "0"));
  SEABED_TRY(o.clean_before, truth(invocation, "clean-before", "true", "false"));
  SEABED_TRY(o.clean_after, truth(invocation, "clean-after", "true", "false"));
  return o;
}

Result<int> io_adapter_benchmark(Invocation& invocation) {
  SignalCancel signals;
  SEABED_TRY(BenchOptions options, read_options(invocation));
  SEABED_CHECK(check_bench_options(options, {}));  // before anything is opened
  SEABED_TRY(Uri uri, read_place(invocation));
  SEABED_TRY(Machine * machine, invocation.machine());
  SEABED_TRY(auto store, machine->context().storage->open(uri));
  const uint64_t total = options.runs * options.threads;
  Result<BenchReport> report = [&] {
    ProgressLine line("benchmark");
    options.on_progress = [&](uint64_t operations, uint64_t bytes) {
      line.show({.done_bytes = bytes,
                 .total_bytes = total * options.object_bytes,
                 .done_items = operations,
                 .total_items = total,
                 .phase = std::string(bench_type_name(options.type))});
    };
    return run_benchmark(*store, options, signals.token());
  }();
  if (!report) return fail(report.error());
  const int status =
      invocation.answer(report_json(options, *report), [&] { return report_text(options, *report); });
  return report->error ? static_cast<int>(exit_code(*report->error)) : status;
}

}  // namespace

Verb io_adapter_benchmark_verb() {
  Verb verb{"admin",
            "io_adapter_benchmark",
            "Measure throughput, operations a second and latencies of a medium",
            "Writes below seabed_io_benchmark/ of the directory, at most --max-data; -c true removes all of "
            "it at the end.\n"
            "Run write, then read with -t and -n from it, then del. Reads prove the content. Sizes: 4096, "
            "64K, 8M, 1G.",
            {"seabed admin io_adapter_benchmark -d 's3://bucket/bench' -s @s3.info -p write -t 8 -r 100 -o "
             "4M -c true",
             "seabed admin io_adapter_benchmark -d file:///mnt/nfs/bench -p read -t 8 -n 100 -f 64K -l 30 "
             "--output json",
             "seabed admin io_adapter_benchmark -d file:///mnt/nfs/bench -p del -t 8 -r 100"},
            {},
            io_adapter_benchmark};
  using O = OptionSpec;
  verb.options = place_options("the directory");
  for (const O& option : std::vector<O>{
           {O::kText, "type", "TYPE", "write, append, multi, read or del", true, 'p'},
           {O::kNumber, "threads", "N", "threads, each with a directory of its own (1)", false, 't'},
           {O::kNumber, "runs", "N", "operations of each thread; for del the -r of the write", false, 'r'},
           {O::kNumber, "time-limit", "SECONDS", "end after this time", false, 'l'},
           {O::kText, "object-size", "SIZE", "of an object: write, append, multi", false, 'o'},
           {O::kNumber, "objects", "N", "objects of each thread: read (the -r of the write)", false, 'n'},
           {O::kText, "fragment-size", "SIZE", "bytes of one read, append or write into a part (the object)",
            false, 'f'},
           {O::kText, "adaptive", "0|1", "1: objects lie as @APD_PART@ parts: append, read, del", false, 'j'},
           {O::kText, "clean-before", "true|false", "empty the benchmark's directory first", false, 'b'},
           {O::kText, "clean-after", "true|false", "and at the end, also after a failure", false, 'c'},
           {O::kText, "max-data", "SIZE", "the most that may be written (10G)"}})
    verb.options.push_back(option);
  return verb;
}

}  // namespace seabed
