/** Tests of configuration, keys, attributes and the keeper. */
package io.overlane.flannel.lease;
