// Tables into a directory: without a catalog, without a target tenant.

#include <spdlog/fmt/fmt.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "core/engine/quick/quick_lease.h"
#include "core/engine/restore/plan.h"
#include "core/engine/table/aux_tenant.h"
#include "core/engine/table/export_steps.h"

namespace seabed::table {
namespace {

namespace fs = std::filesystem;
/// A name of a database or table as one of a file: what is not plain as %XX.
std::string file_name(const std::string& name) {
  std::string out;
  for (const unsigned char c : name)
    out += std::isalnum(c) || c == '_' || c == '-' || (c == '.' && !out.empty()) ? std::string(1, c)
                                                                                 : fmt::format("%{:02X}", c);
  return out;
}

struct Names {
  std::vector<NamePattern> patterns;
  std::vector<Remap> remaps;
};

Result<Names> parse_names(const TableRequest& request) {
  Names out;
  for (const std::string& text : request.tables) {
    SEABED_TRY(out.patterns.emplace_back(), parse_pattern(text));
  }
  for (const std::string& text : request.remap_tables) {
    SEABED_TRY(out.remaps.emplace_back(), parse_remap(text));
  }
  if (out.patterns.empty())
    return fail(Code::kInvalidArgument, "tables", "none is named", "give db.table, db.* or *.*");
  return out;
}

class Export {
 public:
  Export(EngineContext& context, const TableParts& parts, const TableRequest& request,
         const ExportPlace& place, const std::string& aux, const CancelToken& cancel)
      : context_(context), parts_(parts), request_(request), place_(place), cancel_(cancel) {
    aux_.name = aux;
    aux_.directory = place.directory + "/" + aux_.name;
    aux_.uris = request.source.uris;
  }

  Result<TableOutcome> run(const ProgressFn& progress) {
    SEABED_TRY(const Names names, parse_names(request_));
    SEABED_TRY(const AuxRestore aux, restore_aux(context_, request_, aux_, progress, cancel_));
    out_.plan = aux.outcome.plan;
    out_.warnings = aux.outcome.warnings;
    out_.medium.restore = aux.medium_bytes;
    SEABED_TRY(const Listing listing, list_aux(context_, parts_, aux_, cancel_));
    out_.medium.tables += listing.medium_bytes;
    std::vector<Candidate> candidates;
    for (const AuxTable& t : listing.tables) candidates.push_back(t.candidate);
    const Selection chosen = select_tables(names.patterns, names.remaps, candidates);
    std::map<uint64_t, std::vector<size_t>> by_stream;
    for (const Item& item : chosen.items) {
      if (!item.error) by_stream[item.ls_id].push_back(out_.tables.size());
      out_.tables.push_back({item.source, item.target, item.ls_id, 0, 0, "", {}, item.error});
      if (!item.error && item.engine != "rocksdb")
        return fail(Code::kUnsupported, display(item.source),
                    "is a table of " + item.engine + ": its rows mean something to its server alone",
                    "recover it into a tenant (--to-tenant)");
    }
    for (const auto& [ls_id, indexes] : by_stream) SEABED_CHECK(take_out(ls_id, indexes));
    SEABED_CHECK(drop_aux(context_, aux_.directory));
    SEABED_CHECK(write_list());
    for (const auto& [ls_id, indexes] : by_stream) forget_steps(place_.directory, ls_id);
    leave_directory(place_.directory);
    return std::move(out_);
  }

  void drop() { (void)drop_aux(context_, aux_.directory); }

 private:
  /// What an earlier run had written down is not done again.
  Status take_out(uint64_t ls_id, const std::vector<size_t>& indexes) {
    if (auto placed = read_step(place_.directory, ls_id, Step::kPlaced)) {
      for (size_t i : indexes) keep(*placed, out_.tables[i]);
      return ok();
    }
    const std::string files = place_.directory + "/" + fmt::format("logstream_{}", ls_id);
    SEABED_TRY(const auto extracted, extract(ls_id, indexes, files));
    for (size_t i : indexes) keep(extracted, out_.tables[i]);
    SEABED_CHECK(place_.sst ? into_files(indexes) : into_database(indexes));
    context_.at_state("table/placed");
    std::vector<ExtractedTable> placed;
    for (size_t i : indexes) {
      const TableResult& t = out_.tables[i];
      placed.push_back({t.source, t.comparator, t.files, t.rows, t.bytes, t.error});
    }
    SEABED_CHECK(write_step(place_.directory, ls_id, Step::kPlaced, placed));
    std::error_code ec;
    fs::remove_all(files, ec);
    return ok();
  }

  Result<std::vector<ExtractedTable>> extract(uint64_t ls_id, const std::vector<size_t>& indexes,
                                              const std::string& files) {
    if (auto kept = read_step(place_.directory, ls_id, Step::kExtracted)) return std::move(*kept);
    std::error_code ec;
    fs::remove_all(files, ec);
    std::vector<TableName> names;
    for (size_t i : indexes) names.push_back(out_.tables[i].source);
    SEABED_TRY(Extraction done, extract_aux(context_, parts_, aux_, ls_id, names, files, cancel_));
    out_.medium.tables += done.medium_bytes;
    SEABED_CHECK(write_step(place_.directory, ls_id, Step::kExtracted, done.tables));
    context_.at_state("table/extracted");
    return std::move(done.tables);
  }

  static void keep(const std::vector<ExtractedTable>& tables, TableResult& result) {
    for (const ExtractedTable& table : tables) {
      if (table.name != result.source) continue;
      result.rows = table.rows, result.bytes = table.bytes, result.comparator = table.comparator;
      result.files = table.files, result.error = table.error;
    }
  }

  /// "<directory>/<database>/<table>/000001.sst …" and COMPARATOR: what seabed::import_table takes.
  Status into_files(const std::vector<size_t>& indexes) {
    for (size_t i : indexes) {
      TableResult& t = out_.tables[i];
      if (t.error) continue;
      const std::string to =
          place_.directory + "/" + file_name(t.target.database) + "/" + file_name(t.target.table);
      SEABED_CHECK(make_directories(to));
      for (size_t n = 0; n < t.files.size(); ++n) {
        const std::string path = to + fmt::format("/{:06}.sst", n + 1);
        if (::rename(t.files[n].c_str(), path.c_str()) != 0 && !(errno == ENOENT && fs::exists(path)))
          return fail_errno(path, "cannot be renamed to", errno);
        t.files[n] = path;
      }
      SEABED_CHECK(write_file_atomic(to + "/COMPARATOR", t.comparator, 0640));
    }
    return ok();
  }

  /// "<directory>/<database>", one database for each that a table is meant for.
  Status into_database(const std::vector<size_t>& indexes) {
    std::map<std::string, std::vector<size_t>> by_database;
    for (size_t i : indexes)
      if (!out_.tables[i].error) by_database[out_.tables[i].target.database].push_back(i);
    for (const auto& [database, members] : by_database) {
      if (!restore::is_safe_component(database))
        return fail(Code::kInvalidArgument, "database " + database, "is no plain name of a directory",
                    "remap it");
      std::vector<TableImport> imports;
      for (size_t i : members)
        imports.push_back({out_.tables[i].target.table, out_.tables[i].comparator, out_.tables[i].files, -1});
      const std::string path = place_.directory + "/" + database;
      SEABED_TRY(const auto done, import_closed(context_, parts_, "rocksdb", path, true, imports, cancel_));
      for (size_t i = 0; i < members.size(); ++i) {
        out_.tables[members[i]].files.clear();
        if (!done[i]) out_.tables[members[i]].error = done[i].error();
      }
    }
    return ok();
  }

  Status write_list() {
    nlohmann::json list = {{"target_scn", out_.plan.target}, {"tables", nlohmann::json::array()}};
    for (const TableResult& t : out_.tables) {
      if (t.error) continue;
      nlohmann::json files = nlohmann::json::array();
      for (const std::string& f : t.files)
        files.push_back(fs::path(f).lexically_relative(place_.directory).string());
      list["tables"].push_back({{"database", t.target.database},
                                {"table", t.target.table},
                                {"rows", t.rows},
                                {"comparator", t.comparator},
                                {"files", files}});
    }
    return write_file_atomic(place_.directory + "/" + kListFile,
                             list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", 0640);
  }

  EngineContext& context_;
  const TableParts& parts_;
  const TableRequest& request_;
  const ExportPlace& place_;
  const CancelToken& cancel_;
  AuxTenant aux_;
  TableOutcome out_;
};

}  // namespace

size_t TableOutcome::failed() const {
  size_t n = 0;
  for (const TableResult& t : tables) n += t.error.has_value();
  return n;
}

Result<RestorePlan> preview_tables(EngineContext& context, const TableRequest& request,
                                   const CancelToken& cancel) {
  SEABED_CHECK(parse_names(request));
  RestoreRequest restore;
  restore.source = request.source;
  restore.until = request.until;
  restore.preview = restore.quick = true;
  SEABED_TRY(const RestoreOutcome outcome, run_restore(context, restore, {}, cancel));
  return outcome.plan;
}

Result<TableOutcome> export_tables(EngineContext& context, const TableParts& parts,
                                   const TableRequest& request, const ExportPlace& place,
                                   const ProgressFn& progress, const CancelToken& cancel) {
  SEABED_CHECK(parse_names(request));
  SEABED_TRY(const TakenDirectory taken, take_directory(context, request, place));
  Export run(context, parts, request, place, taken.aux, cancel);
  auto outcome = run.run(progress);
  if (!outcome) {  // nothing is left behind
    run.drop();
    std::error_code ec;
    fs::remove_all(place.directory, ec);
  }
  return outcome;
}

}  // namespace seabed::table
