/** The studio's tabs in their order, and what the page's head offers for the view of any tab. */
import classModels from "./class_models.js";
import cut from "./cut.js";
import inside from "./inside.js";
import look from "./look.js";
import { takeAway } from "./take_away.js";

/** Each is {id, title, create(context) -> {element, show(), hide(), view(), restore(view)}}; may have command(), files(). */
export const kTabs = [look, cut, inside, classModels];
/** Each is a function (context) -> element. */
export const kActions = [takeAway];
