// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.overlane.frame.FrameBatch;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A port in front of another. */
class ForwardingPortTest
{
    /** An argument of each type, and an answer that is not the one of {@link Port} itself. */
    private static final Map<Class<?>, Object> VALUES = Map.of(
        String.class, "behind", int.class, 7, long.class, 11L, double.class, 0.25, boolean.class, true,
        FrameBatch.class, new FrameBatch(1), Runnable.class, (Runnable)() -> {});

    private final List<String> calls = new ArrayList<>();
    private final Port behind = (Port)Proxy.newProxyInstance(
        Port.class.getClassLoader(), new Class<?>[]{Port.class}, (proxy, method, args) ->
        {
            calls.add(method.getName() + Arrays.toString(args));
            return VALUES.get(method.getReturnType());
        });

    private final Port port = new ForwardingPort(behind)
    {
    };

    @Test
    void shouldPassOnEveryMethod() throws Exception
    {
        for (final Method method : Port.class.getMethods())
        {
            if (!"newSelector".equals(method.getName()))
            {
                final Object[] args =
                    Arrays.stream(method.getParameterTypes()).map(VALUES::get).toArray();
                calls.clear();
                assertEquals(VALUES.get(method.getReturnType()), method.invoke(port, args), method.getName());
                assertEquals(
                    List.of(method.getName() + Arrays.toString(args.length == 0 ? null : args)), calls);
            }
        }
    }

    @Test
    void shouldNotAnswerWithTheSelectorOfTheOtherPort() throws Exception
    {
        assertNull(port.newSelector());
        assertEquals(List.of(), calls);
    }
}
