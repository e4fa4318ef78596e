// A table_list directory: the rows of all parts, numbered from 1 (reference: admin tools, section 3).
#include <spdlog/fmt/fmt.h>

#include <nlohmann/json.hpp>

#include "core/engine/admin/dump_parts.h"
#include "core/format/meta.pb.h"

namespace seabed::dump {
namespace {

/// A name is bytes in a database; what is no UTF-8 is replaced when it is printed.
Json row_json(uint64_t number, const meta::TableList::Item& item) {
  return {{"number", number}, {"database_name", item.database()}, {"table_name", item.table()}};
}

}  // namespace

Status dump_table_list(const Medium& medium, const std::string& prefix, uint64_t scn,
                       const DumpOptions& options, DumpSink& sink) {
  meta::TableListMetaInfo info;
  SEABED_CHECK(medium.read_message(fmt::format("{}table_list_meta_info.{}.obbak", prefix, scn),
                                   FileType::kTableListMetaInfo, &info));
  sink.head({{"directory", medium.name(prefix)},
             {"kind", "table_list"},
             {"scn", scn},
             {"count", info.count()},
             {"batch_size", info.batch_size()},
             {"parts", info.parts()}},
            "tables");
  uint64_t number = 0, given = 0;
  auto enough = [&] { return options.limit != 0 && given >= options.limit; };
  for (uint32_t part = 1; part <= info.parts() && !enough(); ++part) {
    meta::TableList list;
    Status read = medium.read_message(fmt::format("{}table_list.{}.{}.obbak", prefix, scn, part),
                                      FileType::kTableList, &list);
    if (!read)
      return refused(sink, fmt::format("part {} of the list", part), read.error(), {{"tables_shown", given}});
    for (const auto& item : list.items()) {
      if (enough()) break;
      if (number++ < options.offset) continue;
      sink.item(row_json(number, item));
      ++given;
    }
  }
  sound(sink, {{"tables_shown", given}});
  return ok();
}

}  // namespace seabed::dump
