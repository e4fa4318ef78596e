// seabed admin dump_backup
#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/admin/dump_print.h"
#include "tools/admin/place.h"
#include "tools/admin/verbs.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/signals.h"
#include "tools/config/machine.h"

namespace seabed {
namespace {

Result<int> say_exists(Invocation& invocation, Storage& storage, const Uri& uri, const CancelToken& cancel) {
  SEABED_TRY(bool exists, dump_exists(storage, uri, &cancel));
  const int status =
      invocation.answer({{"exists", exists}}, [&] { return std::string(exists ? "true\n" : "false\n"); });
  return exists ? status : static_cast<int>(kExitNotFound);
}

Result<int> dump_backup(Invocation& invocation) {
  SignalCancel signals;
  DumpOptions options;
  options.ranged = invocation.has("offset") || invocation.has("length");
  SEABED_TRY(options.offset, invocation.number("offset", 0));
  SEABED_TRY(options.limit, invocation.number("length", 0));
  SEABED_TRY(Uri uri, read_place(invocation));
  SEABED_TRY(Machine * machine, invocation.machine());
  Storage& storage = *machine->context().storage;
  if (invocation.has("check-exist")) return say_exists(invocation, storage, uri, signals.token());
  auto sink = invocation.json() ? json_dump(std::cout) : text_dump(std::cout);
  Status dumped = dump_uri(storage, uri, options, &signals.token(), *sink);
  sink->close();
  if (!dumped) return fail(dumped.error());
  return std::cout.good() ? kExitOk : kExitIo;
}

}  // namespace

Verb dump_backup_verb() {
  Verb verb{
      "admin",
      "dump_backup",
      "Print a file of a backup or archive, or list a directory",
      "Any .obbak or .obarc file on any medium: its frame and what it says. A directory is listed with type "
      "and\n"
      "state, a table_list directory row by row. Exit status 5: the file is damaged, and the check and byte "
      "are\n"
      "told. With -c: true and 0, or false and 3. docs/admin-tools.md has every kind of file.",
      {"seabed admin dump_backup -d file:///backup/shop/data/format.obbak",
       "seabed admin dump_backup -d s3://bucket/shop/archive -s @s3.info --output json",
       "seabed admin dump_backup -d /backup/shop/data/backup_set_1_full/infos/table_list -o 20000 -l 100"},
      {},
      dump_backup};
  verb.options = place_options("the file or directory");
  verb.options.push_back({OptionSpec::kNumber, "offset", "N",
                          "first byte (macroblock data) or number of items to leave out", false, 'o'});
  verb.options.push_back(
      {OptionSpec::kNumber, "length", "N", "bytes (macroblock data) or number of items; 0: all", false, 'l'});
  verb.options.push_back(
      {OptionSpec::kFlag, "check-exist", "", "only say whether it exists: true or false", false, 'c'});
  return verb;
}

}  // namespace seabed
