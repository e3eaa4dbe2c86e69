// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminException;
import io.overlane.fdb.FdbEntry;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Names of the kinds of FDB entries. */
final class FdbKinds
{
    private static final Map<String, Integer> BY_WORD = new LinkedHashMap<>();

    static
    {
        BY_WORD.put("static", FdbEntry.STATIC);
        BY_WORD.put("dynamic", FdbEntry.DYNAMIC);
        BY_WORD.put("external", FdbEntry.EXTERNAL);
        BY_WORD.put("extern", FdbEntry.EXTERNAL);
        BY_WORD.put("learned", FdbEntry.LEARNED);
    }

    private FdbKinds()
    {
    }

    /** All names, with the short ones. */
    static Set<String> words()
    {
        return BY_WORD.keySet();
    }

    /** Name of a kind in a table. */
    static String word(final int kind)
    {
        for (final Map.Entry<String, Integer> entry : BY_WORD.entrySet())
        {
            if (entry.getValue() == kind)
            {
                return entry.getKey();
            }
        }
        return "unknown";
    }

    static int[] kinds(final Collection<String> words)
    {
        return words.stream().filter(BY_WORD::containsKey).mapToInt(BY_WORD::get).toArray();
    }

    /** The kind in a request, static by default. */
    static int kind(final Collection<String> words) throws AdminException
    {
        final int[] kinds = kinds(words);
        if (kinds.length > 1)
        {
            throw AdminException.usage("an entry has one kind");
        }
        if (kinds.length == 1 && kinds[0] == FdbEntry.LEARNED)
        {
            throw AdminException.usage("only frames make learned entries; a 'dynamic' entry ages and moves, too");
        }
        return kinds.length == 0 ? FdbEntry.STATIC : kinds[0];
    }
}
