import Base
import ContractKit

/// Why an appointment is refused: a closed list, so that every code can be explained.
enum AppointmentsRefusal: RefusalReason {
    case sessionUsed
    case sessionUnknown
    case full
    case alreadyBooked
    case notBooked

    var refusal: Refusal {
        switch self {
        case .sessionUsed:
            Refusal(
                "appointments.session-used",
                "A session with this identifier exists. Draw 256 new random bits.",
                "该门诊场次标识已存在。请重新随机生成。")
        case .sessionUnknown:
            Refusal(
                "appointments.session-unknown",
                "There is no such session. Compare its identifier.",
                "没有此门诊场次。请核对标识。")
        case .full:
            Refusal(
                "appointments.full", "Every place of the session is taken. Choose another one.",
                "该门诊场次已约满。请选择其他场次。")
        case .alreadyBooked:
            Refusal(
                "appointments.already-booked", "You have a place in this session already.",
                "您已预约该门诊场次。")
        case .notBooked:
            Refusal(
                "appointments.not-booked", "You have no place in this session to give back.",
                "您没有预约该门诊场次，无需取消。")
        }
    }
}
