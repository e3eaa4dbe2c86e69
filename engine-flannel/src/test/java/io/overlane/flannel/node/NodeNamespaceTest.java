package io.overlane.flannel.node;

import io.overlane.testkit.InNamespace;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole nodes, in a network namespace of their own. */
class NodeNamespaceTest
{
    @TestFactory
    Stream<DynamicTest> kubernetes() throws Exception
    {
        return InNamespace.tests(KubeNodeScenarios.class, InNamespace.WITH_IPV6);
    }
}
