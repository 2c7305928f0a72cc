import { Command } from "commander";
export const edaCommand = () => new Command("eda");
