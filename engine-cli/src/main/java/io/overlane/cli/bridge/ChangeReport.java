// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.admin.Answer;
import io.overlane.control.ReconcileResult;
import io.overlane.control.ReconcileResult.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The result of a changed configuration. */
final class ChangeReport
{
    private final List<String> done = new ArrayList<>();
    private final List<String> notDone = new ArrayList<>();
    private final Map<String, Object> entries = new LinkedHashMap<>();
    private final List<String> host = new ArrayList<>();

    /** Add a change that is not a table entry. */
    void done(final String line)
    {
        done.add(line);
    }

    /** Add a change that was not made. */
    void notDone(final String line)
    {
        notDone.add(line);
    }

    /** Set the result for table entries. */
    void entries(final ReconcileResult result)
    {
        entries.put("added", result.added());
        entries.put("changed", result.changed());
        entries.put("removed", result.removed());
        entries.put("unchanged", result.unchanged());
        result.notApplied().forEach(problem -> notDone(describe(problem)));
    }

    /** Add commands that set addresses, neighbours or routes of the host. */
    void host(final List<String> commands)
    {
        host.addAll(commands);
    }

    /** Changes that were not made, one line each. */
    List<String> notDone()
    {
        return notDone;
    }

    /** The changes that were made, in one line. */
    String summary()
    {
        final List<String> parts = new ArrayList<>(done);
        if (!entries.isEmpty())
        {
            parts.add(entries.get("added") + " entries added, " + entries.get("changed") + " changed, " +
                entries.get("removed") + " removed, " + entries.get("unchanged") + " as they were");
        }
        if (!host.isEmpty())
        {
            parts.add(host.size() + (host.size() == 1 ? " entry" : " entries") + " set on the host");
        }
        return parts.isEmpty() ? "nothing done" : String.join("; ", parts);
    }

    /** The report for an operator. */
    Answer answer()
    {
        final Map<String, Object> json = new LinkedHashMap<>();
        json.put("done", done);
        json.put("not_done", notDone);
        json.put("entries", entries);
        json.put("host", host);
        final StringBuilder text = new StringBuilder(summary()).append('\n');
        notDone.forEach(line -> text.append(line).append('\n'));
        return new Answer(text.toString(), json);
    }

    /** One line for an entry that could not be set as wanted. */
    static String describe(final Change problem)
    {
        return problem.key() + " -> " + problem.after() + ": " + problem.why();
    }
}
