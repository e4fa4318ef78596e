// seabed tenant get|scan|count: a staged tenant, full or quick, at its restored moment. In a child process:
// whatever RocksDB's library thinks of the files, this program says it in words.
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/source/rocksdb/staged_reader.h"
#include "tools/cli/child_process.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/nouns.h"
#include "tools/reads/key_words.h"
#include "tools/reads/row_writer.h"
#include "tools/reads/staged_place.h"

namespace seabed {
namespace {

constexpr uint64_t kReadAhead = 2 << 20;  // a macroblock

using rocksdb_source::KeyRange;
using rocksdb_source::StagedReader;

struct Opened {
  quick::QuickTenant tenant;  // outlives the reader
  std::unique_ptr<StagedReader> reader;
};

Result<Opened> open(Invocation& invocation) {
  Opened opened;
  SEABED_TRY(const std::string directory, staged_directory(invocation));
  SEABED_TRY(opened.tenant, open_staged(invocation, directory, {}));
  SEABED_TRY(const auto* stream, chosen_stream(invocation, opened.tenant));
  const std::string order = invocation.text("order");
  if (!order.empty() && order != "bytewise" && order != "reverse")
    return fail(Code::kInvalidArgument, "--order " + order, "is neither bytewise nor reverse");
  SEABED_TRY(opened.reader, StagedReader::open({stream->staged, stream->files,
                                                invocation.text("family", "default"), order}));
  return opened;
}

Result<int> child(Invocation& invocation, const std::function<Result<int>()>& body) {
  return run_in_child(invocation.text("directory", invocation.text("tenant")), body);
}

Result<int> get(Invocation& invocation) {
  SEABED_TRY(const auto key, read_bytes(invocation, "key"));
  if (!key) return fail(Code::kInvalidArgument, "--key", "or --key-hex is missing");
  return child(invocation, [&]() -> Result<int> {
    SEABED_TRY(const Opened opened, open(invocation));
    SEABED_TRY(const auto value, opened.reader->get(*key));
    Json json = {{"found", value.has_value()}};
    add_bytes(&json, "key", *key);
    if (value) add_bytes(&json, "value", *value);
    if (invocation.json())
      std::cout << json.dump(2) << "\n";
    else if (value && invocation.has("raw"))
      std::cout << *value;
    else if (value)
      std::cout << (invocation.has("hex") ? to_hex(*value) : escaped(*value)) << "\n";
    if (!value && !invocation.json()) std::cerr << "seabed: key " << escaped(*key) << ": is not there\n";
    std::cout.flush();
    if (!std::cout.good()) return kExitIo;
    return value ? kExitOk : kExitAbsent;
  });
}

Result<KeyRange> read_range(const Invocation& invocation) {
  KeyRange range;
  SEABED_TRY(range.from, read_bytes(invocation, "from"));
  SEABED_TRY(range.to, read_bytes(invocation, "to"));
  SEABED_TRY(range.prefix, read_bytes(invocation, "prefix"));
  return range;
}

/// Everything to the end of the family.
void read_far_ahead(KeyRange* range) {
  if (!range->to && !range->prefix) range->read_ahead = kReadAhead;
}

Result<int> scan(Invocation& invocation) {
  SEABED_TRY(KeyRange range, read_range(invocation));
  SEABED_TRY(const uint64_t limit, invocation.number("limit", std::numeric_limits<uint64_t>::max()));
  if (!invocation.has("limit")) read_far_ahead(&range);
  return child(invocation, [&]() -> Result<int> {
    SEABED_TRY(const Opened opened, open(invocation));
    uint64_t rows = 0;
    bool taken = true;
    RowWriter out(invocation.json() ? RowForm::kJson : invocation.has("hex") ? RowForm::kHex : RowForm::kText);
    SEABED_CHECK(limit == 0 ? ok()
                            : opened.reader->scan(range, [&](std::string_view key, std::string_view value) {
                                taken = out.row(key, value);
                                return ++rows < limit && taken;
                              }));
    taken = out.finish() && taken;
    return taken ? kExitOk : kExitIo;
  });
}

Result<int> count(Invocation& invocation) {
  SEABED_TRY(KeyRange range, read_range(invocation));
  read_far_ahead(&range);
  return child(invocation, [&]() -> Result<int> {
    SEABED_TRY(const Opened opened, open(invocation));
    uint64_t rows = 0, bytes = 0;
    SEABED_CHECK(opened.reader->scan(range, [&](std::string_view key, std::string_view value) {
      ++rows, bytes += key.size() + value.size();
      return true;
    }));
    return invocation.answer({{"rows", rows}, {"bytes", bytes}}, [&] { return std::to_string(rows) + "\n"; });
  });
}

Verb verb(const std::string& name, const std::string& summary, const std::string& details,
          std::vector<std::string> examples, std::vector<OptionSpec> own,
          std::function<Result<int>(Invocation&)> run) {
  Verb out{"tenant", name, summary, details, std::move(examples), staged_place_options(), std::move(run)};
  out.options.push_back({OptionSpec::kText, "family", "NAME", "column family (default)"});
  out.options.push_back({OptionSpec::kText, "order", "bytewise|reverse",
                         "of keys, for a comparator that only the application has"});
  out.options.insert(out.options.end(), own.begin(), own.end());
  return out;
}

std::vector<OptionSpec> range_options() {
  std::vector<OptionSpec> out;
  for (const auto& [name, help] : {std::pair<const char*, const char*>{"from", "first key, inclusive"},
                                   {"to", "end, exclusive"},
                                   {"prefix", "keys that begin so"}}) {
    out.push_back({OptionSpec::kText, name, "TEXT", help});
    out.push_back({OptionSpec::kText, std::string(name) + "-hex", "HEX", "the same in hex"});
  }
  return out;
}

constexpr char kWhat[] =
    "Reads a restored tenant that was not activated, full or quick, at its restored moment; nothing there is "
    "changed.\n"
    "The log behind the data files is replayed into memory at every call: for many reads mount it, or link\n"
    "seabed::open_quick.";

}  // namespace

std::vector<Verb> tenant_read_verbs() {
  const OptionSpec hex{OptionSpec::kFlag, "hex", "", "print in hex instead of text with escapes"};
  std::vector<OptionSpec> scanning = range_options(), counting = range_options();
  scanning.push_back({OptionSpec::kNumber, "limit", "N", "rows at most"});
  scanning.push_back(hex);
  return {
      verb("get", "One key of a staged tenant", std::string(kWhat) + " Exit status 12: the key is not there.",
           {"seabed tenant get --directory /srv/look --family orders --key 4711",
            "seabed tenant get --tenant look --key-hex 0000010a --output json"},
           {{OptionSpec::kText, "key", "TEXT", "the key"},
            {OptionSpec::kText, "key-hex", "HEX", "the key in hex"},
            hex,
            {OptionSpec::kFlag, "raw", "", "the value's bytes and nothing else"}},
           get),
      verb("scan", "Rows of a staged tenant in key order", kWhat,
           {"seabed tenant scan --directory /srv/look --family orders --from 4700 --to 4800 --limit 10",
            "seabed tenant scan --directory /srv/look --prefix user: --output json"},
           scanning, scan),
      verb("count", "How many rows a range of a staged tenant holds", kWhat,
           {"seabed tenant count --directory /srv/look --family orders"}, counting, count)};
}

}  // namespace seabed
