/* Functions that see their caller's registers as they are. */

        .text

/* int _setjmp(_JUMP_BUFFER *: rcx, frame: rdx): compilers pass the frame to unwind to, or 0 for a plain jump. */
        .globl  api___intrinsic_setjmp
        .hidden api___intrinsic_setjmp
        .type   api___intrinsic_setjmp, @function
        .p2align 4
api___intrinsic_setjmp:
        .cfi_startproc
        movq    %rdx, (%rcx)
        movq    %rbx, 0x08(%rcx)
        leaq    8(%rsp), %rax
        movq    %rax, 0x10(%rcx)
        movq    %rbp, 0x18(%rcx)
        movq    %rsi, 0x20(%rcx)
        movq    %rdi, 0x28(%rcx)
        movq    %r12, 0x30(%rcx)
        movq    %r13, 0x38(%rcx)
        movq    %r14, 0x40(%rcx)
        movq    %r15, 0x48(%rcx)
        movq    (%rsp), %rax
        movq    %rax, 0x50(%rcx)
        stmxcsr 0x58(%rcx)
        fnstcw  0x5c(%rcx)
        movdqu  %xmm6, 0x60(%rcx)
        movdqu  %xmm7, 0x70(%rcx)
        movdqu  %xmm8, 0x80(%rcx)
        movdqu  %xmm9, 0x90(%rcx)
        movdqu  %xmm10, 0xa0(%rcx)
        movdqu  %xmm11, 0xb0(%rcx)
        movdqu  %xmm12, 0xc0(%rcx)
        movdqu  %xmm13, 0xd0(%rcx)
        movdqu  %xmm14, 0xe0(%rcx)
        movdqu  %xmm15, 0xf0(%rcx)
        xorl    %eax, %eax
        ret
        .cfi_endproc
        .size   api___intrinsic_setjmp, . - api___intrinsic_setjmp

/* __chkstk: rax = bytes that the caller's frame is going to take. Touches the pages in between, changes no register
 * ("x64 stack usage"). */
        .globl  api___chkstk
        .hidden api___chkstk
        .type   api___chkstk, @function
        .p2align 4
api___chkstk:
        .cfi_startproc
        pushq   %r10
        .cfi_adjust_cfa_offset 8
        pushq   %r11
        .cfi_adjust_cfa_offset 8
        leaq    24(%rsp), %r10
        subq    %rax, %r10
        jae     1f
        xorl    %r10d, %r10d
1:      movq    %gs:0x10, %r11
        andq    $-4096, %r10
        jmp     3f
2:      subq    $4096, %r11
        testb   %al, (%r11)
3:      cmpq    %r10, %r11
        ja      2b
        popq    %r11
        .cfi_adjust_cfa_offset -8
        popq    %r10
        .cfi_adjust_cfa_offset -8
        ret
        .cfi_endproc
        .size   api___chkstk, . - api___chkstk

        .section .note.GNU-stack, "", @progbits
