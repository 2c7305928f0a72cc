/** Which column of a table is what; any column without a role is a feature, unless features are listed. */
export interface ColumnRoles {
  readonly timestamp?: string | undefined;
  readonly identifier?: string | undefined;
  readonly y_pred_proba?: string | undefined;
  readonly y_pred?: string | undefined;
  readonly y_true?: string | undefined;
  readonly continuous?: readonly string[] | undefined;
  readonly categorical?: readonly string[] | undefined;
}
