/** Tests of the node. */
package io.overlane.flannel.node;
