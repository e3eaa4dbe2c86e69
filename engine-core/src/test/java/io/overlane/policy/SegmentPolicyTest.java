// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.underlay.OuterContext;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A new rule that is missing in {@code set} or {@code values} of the policy makes this fail. */
class SegmentPolicyTest
{
    private static final Map<Class<?>, Object> SAMPLES = Map.of(
        int.class, 7,
        long.class, 7_000_000L,
        FloodBudget.class, new FloodBudget(1, 2, 3),
        OuterContext.class, new OuterContext().ttl(7),
        PolicyProfile.class, PolicyProfile.STRICT,
        IpPrefix.class, IpPrefix.parse("192.0.2.0/24"),
        IpAddress.class, IpAddress.parse("239.1.1.1"),
        Set.class, Set.of(IpAddress.parse("239.1.1.2")));

    @Test
    void shouldCopyAndCompareEveryRule() throws Exception
    {
        for (final Method setter : setters())
        {
            int different = 0;
            for (final Object value : values(setter.getParameterTypes()[0]))
            {
                final SegmentPolicy policy = new SegmentPolicy();
                setter.invoke(policy, value);
                different += policy.isSameAs(new SegmentPolicy()) ? 0 : 1;
                assertTrue(policy.copy().isSameAs(policy), setter::toString);
                assertTrue(policy.fixed().isSameAs(policy), setter::toString);
            }
            assertTrue(different > 0, () -> "not compared: " + setter);
        }
    }

    @Test
    void shouldNotChangeWhileASegmentUsesIt() throws Exception
    {
        for (final Method setter : setters())
        {
            final SegmentPolicy fixed = new SegmentPolicy().fixed();
            for (final Object value : values(setter.getParameterTypes()[0]))
            {
                final Throwable refusal = assertThrows(
                    InvocationTargetException.class, () -> setter.invoke(fixed, value), setter::toString).getCause();
                assertInstanceOf(IllegalStateException.class, refusal, setter::toString);
                assertTrue(fixed.isSameAs(new SegmentPolicy()), setter::toString);
            }
        }
        final Set<IpAddress> groups = new SegmentPolicy().fixed().groups();
        assertThrows(UnsupportedOperationException.class, groups::clear);
    }

    @Test
    void shouldChangeACopyAlone()
    {
        final SegmentPolicy policy = new SegmentPolicy().group(IpAddress.parse("239.1.1.1"));
        final SegmentPolicy copy = policy.copy().learning(true).groups(Set.of());
        assertFalse(policy.learning());
        assertEquals(1, policy.groups().size());
        assertEquals(Set.of(), copy.groups());
    }

    private static List<Method> setters()
    {
        return Arrays.stream(SegmentPolicy.class.getMethods())
            .filter(method -> method.getReturnType() == SegmentPolicy.class && method.getParameterCount() == 1)
            .filter(method -> method.getParameterTypes()[0] != SegmentPolicy.class)
            .toList();
    }

    private static List<Object> values(final Class<?> type)
    {
        if (type == boolean.class)
        {
            return List.of(true, false);
        }
        return type.isEnum() ? Arrays.asList(type.getEnumConstants()) : List.of(SAMPLES.get(type));
    }
}
