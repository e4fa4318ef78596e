#include "core/engine/table/table_work.h"

#include <nlohmann/json.hpp>

#include "core/engine/quick/quick_tenant.h"

namespace seabed::table {
namespace {

using nlohmann::json;

json to_json(const Error& e) {
  return {{"code", static_cast<int>(e.code)},
          {"object", e.object},
          {"reason", e.reason},
          {"next_step", e.next_step}};
}
Error error_of(const json& j) {
  return {
      static_cast<Code>(j.at("code").get<int>()), j.at("object"), j.at("reason"), j.at("next_step"), 0, 0};
}
json to_json(const TableName& name) { return {{"database", name.database}, {"table", name.table}}; }
TableName name_of(const json& j) { return {j.at("database"), j.at("table")}; }

json to_json(const std::vector<ExtractedTable>& tables) {
  json out = json::array();
  for (const ExtractedTable& t : tables) {
    out.push_back({{"name", to_json(t.name)},
                   {"comparator", t.comparator},
                   {"files", t.files},
                   {"rows", t.rows},
                   {"bytes", t.bytes}});
    if (t.error) out.back()["error"] = to_json(*t.error);
  }
  return out;
}
std::vector<ExtractedTable> extracted_of(const json& tables) {
  std::vector<ExtractedTable> out;
  for (const json& t : tables) {
    out.push_back({name_of(t.at("name")),
                   t.at("comparator"),
                   t.at("files").get<std::vector<std::string>>(),
                   t.at("rows"),
                   t.at("bytes"),
                   {}});
    if (t.contains("error")) out.back().error = error_of(t.at("error"));
  }
  return out;
}

/// Names that are no UTF-8 cannot be asked for by text either.
std::string dump(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

Result<json> ask(EngineContext& context, const TableParts& parts, const json& request,
                 const CancelToken& cancel) {
  std::string text;
  if (parts.worker) {
    SEABED_TRY(text, parts.worker(dump(request), cancel));
  } else {
    text = answer_work(context, parts, dump(request));
  }
  try {
    json answer = json::parse(text);
    if (answer.contains("error")) return fail(error_of(answer.at("error")));
    return answer;
  } catch (const json::exception& e) {
    return fail(Code::kInternal, "table restore",
                std::string("a worker's answer cannot be read: ") + e.what());
  }
}

json aux_json(const AuxTenant& aux) { return {{"directory", aux.directory}, {"uris", aux.uris}}; }

Result<TableAccess*> access_of(const TableParts& parts, const std::string& engine) {
  const auto found = parts.access.find(engine);
  if (found != parts.access.end()) return found->second;
  return fail(Code::kUnsupported, "engine " + engine, "has no tables that this program can restore");
}

Result<quick::QuickTenant> open_aux(EngineContext& context, const json& request) {
  quick::PageReaderOptions pages;
  pages.disk_bytes = 256ull << 20;  // listing and taking out read some pages twice
  return quick::open_quick_tenant(context, request.at("directory"),
                                  request.at("uris").get<std::vector<std::string>>(), pages);
}

std::string engine_of(const quick::QuickTenant& tenant, uint64_t ls_id) {
  for (const auto& s : tenant.state.streams)
    if (s.outcome.ls_id == ls_id) return s.engine;
  return {};
}

uint64_t medium_bytes(const quick::QuickTenant& tenant) {
  uint64_t sum = 0;
  for (const auto& s : tenant.streams) sum += s.files->counts().medium_bytes;
  return sum;
}

Result<json> do_list(EngineContext& context, const TableParts& parts, const json& request) {
  SEABED_TRY(const auto tenant, open_aux(context, request));
  json tables = json::array();
  for (const auto& stream : tenant.streams) {
    const std::string engine = engine_of(tenant, stream.ls_id);
    SEABED_TRY(TableAccess * access, access_of(parts, engine));
    SEABED_TRY(const auto found, access->list({stream.staged, stream.files}));
    for (const SourceTable& t : found)
      tables.push_back({{"ls_id", stream.ls_id},
                        {"engine", engine},
                        {"database", t.name.database.empty() ? stream.name : t.name.database},
                        {"table", t.name.table},
                        {"indexes", t.indexes},
                        {"side_files", t.side_files}});
  }
  return json{{"tables", tables}, {"medium_bytes", medium_bytes(tenant)}};
}

Result<json> do_extract(EngineContext& context, const TableParts& parts, const json& request) {
  SEABED_TRY(const auto tenant, open_aux(context, request));
  const uint64_t ls_id = request.at("ls_id");
  std::vector<TableName> names;
  for (const json& t : request.at("tables")) names.push_back(name_of(t));
  for (const auto& stream : tenant.streams) {
    if (stream.ls_id != ls_id) continue;
    SEABED_TRY(TableAccess * access, access_of(parts, engine_of(tenant, ls_id)));
    SEABED_TRY(const auto done, access->extract({stream.staged, stream.files}, names, request.at("out"), {}));
    return json{{"tables", to_json(done)}, {"medium_bytes", medium_bytes(tenant)}};
  }
  return fail(Code::kNotFound, "log stream " + std::to_string(ls_id), "is not in the auxiliary tenant");
}

/// Or takes it back.
Result<json> do_import(const TableParts& parts, const json& request) {
  SEABED_TRY(TableAccess * access, access_of(parts, request.at("engine")));
  std::vector<TableImport> tables;
  for (const json& t : request.at("tables"))
    tables.push_back(
        {t.at("name"), t.at("comparator"), t.at("files").get<std::vector<std::string>>(),
         t.contains("begun_after") ? std::optional<int64_t>(t.at("begun_after")) : std::nullopt});
  const std::string database = request.at("database");
  SEABED_TRY(const auto done, request.at("work") == "undo"
                                  ? access->undo(database, tables)
                                  : access->import(database, request.at("create"), tables));
  json outcomes = json::array();
  for (const Status& s : done) outcomes.push_back(s ? json::object() : json{{"error", to_json(s.error())}});
  return json{{"outcomes", outcomes}};
}

Result<json> work(EngineContext& context, const TableParts& parts, const json& request) {
  const std::string what = request.at("work");
  if (what == "list") return do_list(context, parts, request);
  if (what == "extract") return do_extract(context, parts, request);
  if (what == "import" || what == "undo") return do_import(parts, request);
  return fail(Code::kInvalidArgument, "work '" + what + "'", "is unknown");
}

}  // namespace

std::string answer_work(EngineContext& context, const TableParts& parts, const std::string& request) {
  try {
    auto answer = work(context, parts, json::parse(request));
    return dump(answer ? *answer : json{{"error", to_json(answer.error())}});
  } catch (const json::exception& e) {
    return dump({{"error", to_json(Error{Code::kInvalidArgument, "table work", e.what(), "", 0, 0})}});
  }
}

Result<Listing> list_aux(EngineContext& context, const TableParts& parts, const AuxTenant& aux,
                         const CancelToken& cancel) {
  json request = aux_json(aux);
  request["work"] = "list";
  SEABED_TRY(const json answer, ask(context, parts, request, cancel));
  Listing out;
  for (const json& t : answer.at("tables"))
    out.tables.push_back({{t.at("ls_id"), t.at("engine"), name_of(t)},
                          t.at("indexes"),
                          t.at("side_files").get<std::vector<std::string>>()});
  out.medium_bytes = answer.at("medium_bytes");
  return out;
}

Result<Extraction> extract_aux(EngineContext& context, const TableParts& parts, const AuxTenant& aux,
                               uint64_t ls_id, const std::vector<TableName>& tables, const std::string& out,
                               const CancelToken& cancel) {
  json request = aux_json(aux);
  request["work"] = "extract", request["ls_id"] = ls_id, request["out"] = out;
  request["tables"] = json::array();
  for (const TableName& name : tables) request["tables"].push_back(to_json(name));
  SEABED_TRY(const json answer, ask(context, parts, request, cancel));
  Extraction result;
  result.tables = extracted_of(answer.at("tables"));
  result.medium_bytes = answer.at("medium_bytes");
  return result;
}

std::string encode_tables(const std::vector<ExtractedTable>& tables) { return dump(to_json(tables)); }

std::optional<std::vector<ExtractedTable>> decode_tables(const std::string& text) {
  try {
    return extracted_of(json::parse(text));
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

namespace {

json import_request(const char* work, const std::string& engine, const std::string& database,
                    const std::vector<TableImport>& tables) {
  json request = {{"work", work}, {"engine", engine}, {"database", database}, {"tables", json::array()}};
  for (const TableImport& t : tables) {
    request["tables"].push_back({{"name", t.name}, {"comparator", t.comparator}, {"files", t.files}});
    if (t.begun_after) request["tables"].back()["begun_after"] = *t.begun_after;
  }
  return request;
}

Result<std::vector<Status>> ask_outcomes(EngineContext& context, const TableParts& parts, const json& request,
                                         const CancelToken& cancel) {
  SEABED_TRY(const json answer, ask(context, parts, request, cancel));
  std::vector<Status> out;
  for (const json& o : answer.at("outcomes"))
    out.push_back(o.contains("error") ? Status(fail(error_of(o.at("error")))) : ok());
  return out;
}

}  // namespace

Result<std::vector<Status>> import_closed(EngineContext& context, const TableParts& parts,
                                          const std::string& engine, const std::string& database, bool create,
                                          const std::vector<TableImport>& tables, const CancelToken& cancel) {
  json request = import_request("import", engine, database, tables);
  request["create"] = create;
  return ask_outcomes(context, parts, request, cancel);
}

Result<std::vector<Status>> undo_closed(EngineContext& context, const TableParts& parts,
                                        const std::string& engine, const std::string& database,
                                        const std::vector<TableImport>& tables) {
  return ask_outcomes(context, parts, import_request("undo", engine, database, tables), {});
}

}  // namespace seabed::table
