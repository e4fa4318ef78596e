#include "core/engine/table/export_steps.h"

#include <spdlog/fmt/fmt.h>
#include <sys/file.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/engine/table/aux_tenant.h"

namespace seabed::table {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string begun_file(const std::string& directory) { return directory + "/" + kListFile + ".begun"; }

std::string step_file(const std::string& directory, uint64_t ls_id, Step step) {
  return fmt::format("{}/{}.{}.{}", directory, kListFile, ls_id,
                     step == Step::kExtracted ? "extracted" : "placed");
}

/// Without secrets: it lies in the operator's directory.
json words_of(const TableRequest& request, const ExportPlace& place) {
  json from = json::array();
  for (const std::string& text : request.source.uris) {
    const auto uri = parse_uri(text);
    from.push_back(uri ? uri->redacted() : "?");
  }
  return {{"tables", request.tables},
          {"remap_tables", request.remap_tables},
          {"from", from},
          {"until", static_cast<int>(request.until.kind)},
          {"scn", request.until.scn},
          {"time", request.until.time},
          {"sst", place.sst}};
}

Result<std::string> aux_of_earlier(const std::string& directory, const std::string& text, const json& words) {
  const json begun = json::parse(text, nullptr, false);
  const std::string aux = begun.is_object() ? begun.value("aux", "") : "";
  if (aux.starts_with(kAuxPrefix) && aux.find('/') == aux.npos && begun.value("words", json()) == words)
    return aux;
  return fail(Code::kConflict, directory, "holds an unfinished table restore of other words",
              "give the same ones to go on with it, remove the directory, or give a new one");
}

}  // namespace

Result<TakenDirectory> take_directory(const EngineContext& context, const TableRequest& request,
                                      const ExportPlace& place) {
  const std::string& directory = place.directory;
  if (directory.size() < 2 || directory[0] != '/' || directory.find("/../") != directory.npos)
    return fail(Code::kInvalidArgument, directory, "is no absolute path of a directory",
                "give the full path of a new one");
  SEABED_CHECK(make_directories(directory));
  TakenDirectory out;
  SEABED_TRY(out.lock, open_directory(directory));
  if (::flock(out.lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(Code::kConflict, directory, "is being filled by another run",
                "wait for it, or give a new directory");
  const json words = words_of(request, place);
  if (const auto text = read_file(begun_file(directory))) {
    SEABED_TRY(out.aux, aux_of_earlier(directory, *text, words));
    return out;
  }
  std::error_code ec;
  if (!fs::is_empty(directory, ec))
    return fail(Code::kConflict, directory, "exists and is not empty", "give a new directory");
  out.aux = aux_name(context);
  const json begun = {{"aux", out.aux}, {"words", words}};
  SEABED_CHECK(
      write_file_atomic(begun_file(directory), begun.dump(-1, ' ', false, json::error_handler_t::replace)));
  context.at_state("table/directory");
  return out;
}

void leave_directory(const std::string& directory) {
  std::error_code ec;
  fs::remove(begun_file(directory), ec);
}

Status write_step(const std::string& directory, uint64_t ls_id, Step step,
                  const std::vector<ExtractedTable>& tables) {
  return write_file_atomic(step_file(directory, ls_id, step), encode_tables(tables));
}

std::optional<std::vector<ExtractedTable>> read_step(const std::string& directory, uint64_t ls_id,
                                                     Step step) {
  const auto text = read_file(step_file(directory, ls_id, step));
  return text ? decode_tables(*text) : std::nullopt;
}

void forget_steps(const std::string& directory, uint64_t ls_id) {
  std::error_code ec;
  for (const Step step : {Step::kExtracted, Step::kPlaced}) fs::remove(step_file(directory, ls_id, step), ec);
}

}  // namespace seabed::table
