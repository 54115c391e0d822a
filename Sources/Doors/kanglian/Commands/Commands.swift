/// Every command of the program, in the order of the help page.
enum Commands {
    static let all: [Command] =
        ZoneCommands.all + ClusterCommands.all + StatusCommands.all + ValidatorCommands.all
        + ImportCommands.all + RecordCommands.all + ConsentCommands.all + AccessCodeCommands.all
        + FHIRCommands.all + ViewCommands.all + AuditCommands.all + ReceiptCommands.all
        + TrustCommands.all
        + GovernanceCommands.all
        + InspectCommands.all + HistoryCommands.all + BackupCommands.all
        + MeasureCommands.all + SimulateCommands.all + ExploreCommands.all
        + ToolCommands.all
}
