/**
 * The procedure that other programs call: `CALL GetDailyCDRDataBatch(CURDATE() - INTERVAL 7 DAY)`.
 *
 * It sums the days from `startDate` to today into `DailySummary` and returns them; a day that was summed before is summed
 * again, so calling it twice changes nothing.
 */
export const DAILY_PROCEDURE = [
  "DROP PROCEDURE IF EXISTS GetDailyCDRDataBatch",
  `CREATE PROCEDURE GetDailyCDRDataBatch(IN startDate DATE) SQL SECURITY INVOKER
BEGIN
  REPLACE INTO DailySummary (\`Date\`, Total_Outgoing_Calls, Total_Outgoing_Call_Time, Total_Data_Purchases, Total_Data_Volume)
  SELECT DP_DATE, SUM(DP_MOC_COUNT), SUM(DP_MOC_DURATION), SUM(DP_DATA_COUNT), SUM(DP_DATA_VOLUME)
  FROM DP_CDR_Data WHERE DP_DATE BETWEEN startDate AND CURDATE() GROUP BY DP_DATE;
  SELECT \`Date\`, Total_Outgoing_Calls, Total_Outgoing_Call_Time, Total_Data_Purchases, Total_Data_Volume
  FROM DailySummary WHERE \`Date\` BETWEEN startDate AND CURDATE() ORDER BY \`Date\`;
END`,
];
