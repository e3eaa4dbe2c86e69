// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.kube;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Merges a patch into a Node object: by RFC 7386, where a list replaces a list, or strategically, where elements of
 * some lists are merged by their key. Objects that go in stay as they are.
 */
final class MergePatch
{
    /** The lists of a Node that merge by key; all others are replaced. */
    private static final Map<String, String> KEYS =
        Map.of(".status.conditions", "type", ".status.addresses", "type", ".metadata.ownerReferences", "uid");

    /** Lists of strings that merge as sets. */
    private static final List<String> SETS = List.of(".metadata.finalizers", ".spec.podCIDRs");

    private static final String DIRECTIVE = "$patch";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";

    private final boolean isStrategic;

    private MergePatch(final boolean isStrategic)
    {
        this.isStrategic = isStrategic;
    }

    static Map<String, Object> apply(
        final Map<String, Object> object, final Map<String, Object> patch, final boolean isStrategic)
    {
        return new MergePatch(isStrategic).merge("", object, patch);
    }

    private Map<String, Object> merge(
        final String path, final Map<String, Object> object, final Map<String, Object> patch)
    {
        final Map<String, Object> result = new LinkedHashMap<>();
        final Object directive = isStrategic ? patch.get(DIRECTIVE) : null;
        if ("delete".equals(directive))
        {
            return result;
        }
        if (!"replace".equals(directive))
        {
            result.putAll(object);
        }
        patch.forEach((name, value) ->
        {
            if (isStrategic && name.startsWith(DELETE_FROM))
            {
                final String field = name.substring(DELETE_FROM.length());
                final List<Object> rest = new ArrayList<>(list(result.get(field)));
                rest.removeAll(list(value));
                result.put(field, rest);
            }
            else if (isStrategic && name.equals("$retainKeys"))
            {
                result.keySet().retainAll(list(value));
            }
            // Lists keep the order they have, which no reader of a Node cares for.
            else if (!isStrategic || !name.equals(DIRECTIVE) && !name.startsWith("$setElementOrder/"))
            {
                put(result, path + "." + name, name, value);
            }
        });
        return result;
    }

    private void put(
        final Map<String, Object> result, final String path, final String name, final @Nullable Object value)
    {
        if (value == null)
        {
            result.remove(name);
        }
        else if (value instanceof Map)
        {
            final Object old = result.get(name);
            result.put(name, merge(path, old instanceof Map ? map(old) : Map.of(), map(value)));
        }
        else if (value instanceof List && isStrategic && SETS.contains(path))
        {
            final List<Object> union = new ArrayList<>(list(result.get(name)));
            list(value).stream().filter(element -> !union.contains(element)).forEach(union::add);
            result.put(name, union);
        }
        else if (value instanceof List && isStrategic && KEYS.containsKey(path))
        {
            result.put(name, mergeList(path, list(result.get(name)), list(value)));
        }
        else
        {
            result.put(name, value);
        }
    }

    private List<Object> mergeList(final String path, final List<Object> elements, final List<Object> patches)
    {
        final String key = KEYS.getOrDefault(path, "");
        final List<Object> result = new ArrayList<>(elements);
        if (patches.removeIf(patch -> "replace".equals(map(patch).get(DIRECTIVE))))
        {
            result.clear();
        }
        for (final Object element : patches)
        {
            final Map<String, Object> patch = map(element);
            final Object id = patch.get(key);
            if (id == null)
            {
                throw new ApiFailure(500, "InternalError",
                    "map: " + patch + " does not contain declared merge key: " + key);
            }
            int index = 0;
            while (index < result.size() && !id.equals(map(result.get(index)).get(key)))
            {
                index++;
            }
            final Map<String, Object> old = index < result.size() ? map(result.remove(index)) : Map.of();
            if (!"delete".equals(patch.get(DIRECTIVE)))
            {
                result.add(index, merge(path, old, patch));
            }
        }
        return result;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(final @Nullable Object value)
    {
        return value == null ? Map.of() : (Map<String, Object>)value;
    }

    /** A list of its own, empty if there is none. */
    private static List<Object> list(final @Nullable Object value)
    {
        return value == null ? new ArrayList<>() : new ArrayList<>((List<?>)value);
    }
}
