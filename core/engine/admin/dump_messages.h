#pragma once
// Messages of core/format/*.proto as JSON. The generated classes are lite and cannot describe themselves, so
// the .proto files are embedded as a descriptor set. Not protobuf's own JSON mapping: that one writes 64-bit
// numbers as texts and bytes as base64, where an operator looks for an SCN, a table's name or a checksum.

#include <google/protobuf/message.h>

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/format/frame.h"

namespace seabed {

using Json = nlohmann::ordered_json;

/// The message in the body of a file ("seabed.meta.FormatInfo"); of an index: of its entries; of a log file:
/// of its header. Empty: no message (macroblock data, and types that no writer makes yet). nullopt: the type
/// is unknown here.
std::optional<std::string> message_of(FileType type);

/// An empty message; nullptr: no .proto file has it. Thread-safe; the message is the caller's.
std::unique_ptr<google::protobuf::Message> new_message(const std::string& name);

/// Every field, also those at their default. Bytes are text where they are printable UTF-8 and no hash or
/// position, else "0x…"; what an adapter left inside as bytes of its own is decoded when it is known.
Json message_json(const google::protobuf::Message& message);
/// nullopt: the bytes are no such message.
std::optional<Json> message_json(const std::string& name, std::string_view bytes);

}  // namespace seabed
