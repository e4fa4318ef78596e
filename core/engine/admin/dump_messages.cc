#include "core/engine/admin/dump_messages.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/bytes.h"

namespace seabed {

extern const unsigned char kFormatDescriptors[];  // embed_descriptors.cmake
extern const size_t kFormatDescriptorsSize;

namespace {

namespace pb = google::protobuf;

struct Specification {
  Specification() {
    pb::FileDescriptorSet files;
    files.ParseFromArray(kFormatDescriptors, static_cast<int>(kFormatDescriptorsSize));
    for (const auto& file : files.file()) pool.BuildFile(file);
  }
  pb::DescriptorPool pool;
  pb::DynamicMessageFactory factory{&pool};
};

Specification& specification() {
  static auto* const only = new Specification;  // messages may outlive every static object
  return *only;
}

// Bytes that only an adapter understands, and what they are when it was RocksDB's.
const std::map<std::string, std::string>& adapter_messages() {
  static const std::map<std::string, std::string> known = {
      {"seabed.meta.LsMetaInfo.recovery", "seabed.rocksdb.RecoveryFacts"},
      {"seabed.meta.LsPieceProgress.resume", "seabed.rocksdb.TailState"},
      {"seabed.meta.HoleRecord.detail", "seabed.rocksdb.Hole"},
  };
  return known;
}

bool printable_utf8(std::string_view bytes) {
  const bool controls =
      std::any_of(bytes.begin(), bytes.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (controls) return false;
  try {
    (void)Json(std::string(bytes)).dump();
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

bool never_text(std::string_view field) {
  for (std::string_view mark : {"hash", "lsn", "identity", "resume", "recovery", "xid", "xxh3"})
    if (field.find(mark) != std::string_view::npos) return true;
  return false;
}

/// A message of another kind rarely parses, and never without fields that it does not know or missing its
/// first one.
std::optional<Json> adapter_json(const pb::FieldDescriptor* field, const std::string& bytes) {
  const auto known = adapter_messages().find(field->full_name());
  if (known == adapter_messages().end() || bytes.empty()) return std::nullopt;
  auto message = new_message(known->second);
  if (!message || !message->ParseFromString(bytes)) return std::nullopt;
  const auto* first = message->GetDescriptor()->FindFieldByNumber(1);
  const auto* r = message->GetReflection();
  if (!r->HasField(*message, first) || !r->GetUnknownFields(*message).empty()) return std::nullopt;
  return message_json(*message);
}

Json bytes_json(const pb::FieldDescriptor* field, const std::string& bytes) {
  if (auto decoded = adapter_json(field, bytes)) return *decoded;
  if (bytes.empty()) return "";
  if (!never_text(field->name()) && printable_utf8(bytes)) return bytes;
  return "0x" + to_hex(bytes);
}

/// `index` < 0: the field is no list.
Json value_json(const pb::Message& m, const pb::FieldDescriptor* f, int index) {
  const pb::Reflection* r = m.GetReflection();
  const bool one = index < 0;
  std::string keep;
  switch (f->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return one ? r->GetInt32(m, f) : r->GetRepeatedInt32(m, f, index);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return one ? r->GetInt64(m, f) : r->GetRepeatedInt64(m, f, index);
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return one ? r->GetUInt32(m, f) : r->GetRepeatedUInt32(m, f, index);
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return one ? r->GetUInt64(m, f) : r->GetRepeatedUInt64(m, f, index);
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return one ? r->GetDouble(m, f) : r->GetRepeatedDouble(m, f, index);
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return one ? r->GetFloat(m, f) : r->GetRepeatedFloat(m, f, index);
    case pb::FieldDescriptor::CPPTYPE_BOOL: return one ? r->GetBool(m, f) : r->GetRepeatedBool(m, f, index);
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return (one ? r->GetEnum(m, f) : r->GetRepeatedEnum(m, f, index))->name();
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      const std::string& v =
          one ? r->GetStringReference(m, f, &keep) : r->GetRepeatedStringReference(m, f, index, &keep);
      return f->type() == pb::FieldDescriptor::TYPE_BYTES ? bytes_json(f, v) : Json(v);
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return message_json(one ? r->GetMessage(m, f) : r->GetRepeatedMessage(m, f, index));
  }
  return nullptr;
}

Json map_json(const pb::Message& m, const pb::FieldDescriptor* f) {
  Json out = Json::object();
  std::map<std::string, Json> sorted;
  for (int i = 0; i < m.GetReflection()->FieldSize(m, f); ++i) {
    const pb::Message& entry = m.GetReflection()->GetRepeatedMessage(m, f, i);
    const Json key = value_json(entry, entry.GetDescriptor()->map_key(), -1);
    sorted[key.is_string() ? key.get<std::string>() : key.dump()] =
        value_json(entry, entry.GetDescriptor()->map_value(), -1);
  }
  for (auto& [key, value] : sorted) out[key] = std::move(value);
  return out;
}

Json list_json(const pb::Message& m, const pb::FieldDescriptor* f) {
  Json out = Json::array();
  for (int i = 0; i < m.GetReflection()->FieldSize(m, f); ++i) out.push_back(value_json(m, f, i));
  return out;
}

}  // namespace

std::unique_ptr<pb::Message> new_message(const std::string& name) {
  Specification& spec = specification();
  const pb::Descriptor* type = spec.pool.FindMessageTypeByName(name);
  return type ? std::unique_ptr<pb::Message>(spec.factory.GetPrototype(type)->New()) : nullptr;
}

Json message_json(const pb::Message& message) {
  Json out = Json::object();
  const pb::Descriptor* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const pb::FieldDescriptor* f = type->field(i);
    if (f->is_map())
      out[f->name()] = map_json(message, f);
    else if (f->is_repeated())
      out[f->name()] = list_json(message, f);
    else if (f->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE &&
             !message.GetReflection()->HasField(message, f))
      out[f->name()] = nullptr;
    else
      out[f->name()] = value_json(message, f, -1);
  }
  return out;
}

std::optional<Json> message_json(const std::string& name, std::string_view bytes) {
  auto message = new_message(name);
  if (!message || !message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  return message_json(*message);
}

}  // namespace seabed
