// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every setter of a module's public contexts, options and builders refuses a wrong value at once, with one line that
 * has the setting's own name and the value. A setter is a public method that has parameters and returns its own class.
 */
public abstract class SettingsContract
{
    private static final long[] EXTREMES = {Long.MIN_VALUE, Integer.MIN_VALUE, -2, Integer.MAX_VALUE, Long.MAX_VALUE};

    private final Class<?> anchor;
    private final Map<Class<?>, Supplier<?>> objects = new LinkedHashMap<>();
    private final Map<Class<?>, Object> samples = new LinkedHashMap<>();
    private final Set<String> takesNull;
    private final Set<String> takesEveryNumber;

    /**
     * @param anchor           a class of the module, by which the others are found.
     * @param takesNull        setters that accept null with a documented meaning, as {@code Class.method}.
     * @param takesEveryNumber setters that accept every number, as {@code Class.method}.
     */
    protected SettingsContract(
        final Class<?> anchor, final Set<String> takesNull, final Set<String> takesEveryNumber)
    {
        this.anchor = anchor;
        this.takesNull = takesNull;
        this.takesEveryNumber = takesEveryNumber;
    }

    /** Add a class to test. */
    protected final <T> void object(final Class<T> type, final Supplier<T> maker)
    {
        objects.put(type, maker);
    }

    /** Add a value that setters with several parameters accept. */
    protected final <T> void sample(final Class<T> type, final T value)
    {
        samples.put(type, value);
    }

    /** The test fails for a new class of settings that is not tested. */
    @Test
    void shouldKnowEveryClassOfSettings() throws Exception
    {
        final Set<String> found = new TreeSet<>();
        final Path place = Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place))
        {
            find(place, found);
        }
        else
        {
            try (FileSystem jar = FileSystems.newFileSystem(place))
            {
                find(jar.getPath("/"), found);
            }
        }
        final Set<String> unknown = new TreeSet<>(found);
        objects.keySet().forEach(type -> unknown.remove(type.getName()));
        assertEquals(Set.of(), unknown);
        assertFalse(found.isEmpty());
    }

    @Test
    void shouldRefuseNullAtOnce() throws Exception
    {
        final List<String> wrong = new ArrayList<>();
        for (final Class<?> type : objects.keySet())
        {
            for (final Method setter : setters(type))
            {
                for (int i = 0; i < setter.getParameterCount(); i++)
                {
                    if (!setter.getParameterTypes()[i].isPrimitive())
                    {
                        final String refusal = refusal(setter, i, null);
                        final String name = setter.getParameterCount() == 1 ? nameOf(setter) : "\\w+";
                        final boolean isFine = takesNull.contains(label(setter)) ?
                            refusal == null :
                            refusal != null && refusal.matches("IllegalArgumentException: " + name + "=null; .+");
                        if (!isFine)
                        {
                            wrong.add(label(setter) + " parameter " + i + ": " + refusal);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void shouldNameTheSettingAndTheNumberOutOfRange() throws Exception
    {
        final List<String> wrong = new ArrayList<>();
        int numbers = 0;
        for (final Class<?> type : objects.keySet())
        {
            for (final Method setter : setters(type))
            {
                for (int i = 0; i < setter.getParameterCount(); i++)
                {
                    final Class<?> number = setter.getParameterTypes()[i];
                    if (number == int.class || number == long.class)
                    {
                        numbers++;
                        check(setter, i, number, wrong);
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(numbers > 0);
    }

    private void check(final Method setter, final int parameter, final Class<?> number, final List<String> wrong)
        throws Exception
    {
        int refused = 0;
        for (final long extreme : EXTREMES)
        {
            if (number == long.class || extreme == (int)extreme)
            {
                final Object value = number == int.class ? (Object)(int)extreme : (Object)extreme;
                final String refusal = refusal(setter, parameter, value);
                if (refusal != null)
                {
                    refused++;
                    if (!refusal.startsWith("IllegalArgumentException: " + setter.getName()) ||
                        !refusal.contains(value.toString()))
                    {
                        wrong.add(label(setter) + " of " + value + ": " + refusal);
                    }
                }
            }
        }
        if (refused == 0 != takesEveryNumber.contains(label(setter)))
        {
            wrong.add(label(setter) + " parameter " + parameter + " refused " + refused + " numbers");
        }
    }

    /** The error of a setter for one wrong value among right ones; null if it accepts the value. */
    private @Nullable String refusal(
        final Method setter, final int parameter, final @Nullable Object value) throws Exception
    {
        final Object[] arguments =
            Arrays.stream(setter.getParameterTypes()).map(this::valueOf).toArray();
        arguments[parameter] = value;
        try
        {
            setter.invoke(Objects.requireNonNull(objects.get(setter.getDeclaringClass())).get(), arguments);
            return null;
        }
        catch (final InvocationTargetException ex)
        {
            final Throwable cause = ex.getTargetException();
            return cause.getClass().getSimpleName() + ": " + cause.getMessage();
        }
    }

    private @Nullable Object valueOf(final Class<?> type)
    {
        return samples.containsKey(type) ? samples.get(type) :
            type == boolean.class ? (Object)true :
            type == int.class ? (Object)1 :
            type == long.class ? (Object)1L :
            type.isEnum() ? type.getEnumConstants()[0] :
            type.isInterface() ? Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[]{type}, (proxy, method, arguments) -> null) :
            null;
    }

    /** The name of the setting that a setter's error has. */
    private static String nameOf(final Method setter)
    {
        return "addPort".equals(setter.getName()) ? "furtherPort" : setter.getName();
    }

    private static List<Method> setters(final Class<?> type)
    {
        return Arrays.stream(type.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
            .filter(method -> method.getReturnType() == type && method.getParameterCount() > 0)
            .toList();
    }

    private static String label(final Method setter)
    {
        return setter.getDeclaringClass().getSimpleName() + "." + setter.getName();
    }

    private void find(final Path root, final Set<String> found) throws Exception
    {
        try (Stream<Path> files = Files.walk(root))
        {
            for (final Path file : files.filter(path -> path.toString().endsWith(".class")).toList())
            {
                final String name = root.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
                if (name.matches("[^$]*(Context|Options|Builder)"))
                {
                    final Class<?> type = Class.forName(name, false, anchor.getClassLoader());
                    if (Modifier.isPublic(type.getModifiers()) && !setters(type).isEmpty())
                    {
                        found.add(type.getName());
                    }
                }
            }
        }
    }
}
