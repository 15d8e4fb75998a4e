/** The studio's tabs in their order, and what the page's head offers for the view of any tab. */
import look from "./look.js";

/** Each is {id, title, create(context) -> {element, show(), hide(), view(), restore(view)}}. */
export const kTabs = [look];
/** Each is a function (context) -> element. */
export const kActions = [];
