// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.admin.AdminException;
import io.overlane.control.FdbKind;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Names of the kinds of FDB entries. */
final class FdbKinds
{
    private static final Map<String, FdbKind> BY_WORD = new LinkedHashMap<>();

    static
    {
        BY_WORD.put("static", FdbKind.STATIC);
        BY_WORD.put("dynamic", FdbKind.DYNAMIC);
        BY_WORD.put("external", FdbKind.EXTERNAL);
        BY_WORD.put("extern", FdbKind.EXTERNAL);
        BY_WORD.put("learned", FdbKind.LEARNED);
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
    static String word(final FdbKind kind)
    {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** Each once, though a kind has several names. */
    static FdbKind[] kinds(final Collection<String> words)
    {
        return words.stream().filter(BY_WORD::containsKey).map(BY_WORD::get).distinct().toArray(FdbKind[]::new);
    }

    /** The kind in a request, static by default. */
    static FdbKind kind(final Collection<String> words) throws AdminException
    {
        final FdbKind[] kinds = kinds(words);
        if (kinds.length > 1)
        {
            throw AdminException.usage("an entry has one kind");
        }
        if (kinds.length == 1 && kinds[0] == FdbKind.LEARNED)
        {
            throw AdminException.usage("only frames make learned entries; a 'dynamic' entry ages and moves, too");
        }
        return kinds.length == 0 ? FdbKind.STATIC : kinds[0];
    }
}
